import type { HeddleClient } from '../../../../sdk/client.ts';
import { formatAge } from '../../../output/style.ts';

/** Messages of a queue that somebody has, or had and did not delete. */
export interface InFlight {
  readonly count: number;
  /** When the last of them is visible again, milliseconds since the Unix epoch, and the service's time now. */
  readonly untilMs: number;
  readonly nowMs: number;
}

/** How much of a queue is in flight. */
export async function inFlightOf(client: HeddleClient, name: string): Promise<InFlight> {
  const queue = await client.admin('GET', `/queues/${encodeURIComponent(name)}`);
  const [count, untilMs] = [
    queue.number('inFlight'),
    queue.names.includes('inFlightUntil') ? queue.number('inFlightUntil') : 0,
  ];
  return { count, untilMs, nowMs: queue.number('now') };
}

/** In words; undefined where nothing is. */
export function inFlightWords({ count, untilMs, nowMs }: InFlight): string | undefined {
  if (count === 0) return undefined;
  const at = new Date(untilMs).toISOString().slice(0, 19).replace('T', ' ');
  const many = count === 1 ? 'One message is' : `${count} messages are`;
  return `${many} in flight until ${at} UTC (${formatAge(Math.max(0, untilMs - nowMs))} from now), unless deleted before: somebody received ${count === 1 ? 'it' : 'them'}.`;
}
