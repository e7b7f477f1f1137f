import type { Sighting } from '../../frontend/triggers/habit.ts';
import type { KeptTrigger } from '../../frontend/triggers/trigger-book.ts';

type WireSighting = readonly [calls: number, containers: number, delayMs: number, before: boolean | null];

/** A trigger as it is kept, and told to other hosts: plain data. */
export function wireOfTrigger({ habits, ...trigger }: KeptTrigger): object {
  const short = ({ calls, containers, delayMs, before }: Sighting): WireSighting => [
    calls,
    containers,
    delayMs,
    before ?? null,
  ];
  return { ...trigger, habits: habits.map(([name, sightings]) => [name, sightings.map(short)]) };
}

/** Reads one; none where it is not what it should be. */
export function readTrigger(value: unknown): KeptTrigger[] {
  const { account, name, prepares, notified, windows, lastAt, habits } = fieldsOf(value);
  if (typeof account !== 'string' || typeof name !== 'string' || typeof prepares !== 'boolean') return [];
  if (!isAmount(notified) || !isAmount(windows) || !isAmount(lastAt) || !Array.isArray(habits)) return [];
  const read = habits.flatMap((habit: unknown) => {
    if (!Array.isArray(habit)) return [];
    const [functionName, sightings]: unknown[] = habit;
    if (typeof functionName !== 'string' || !Array.isArray(sightings)) return [];
    return [[functionName, sightings.flatMap(readSighting)] as const];
  });
  return [{ account, name, prepares, notified, windows, lastAt, habits: read }];
}

function readSighting(value: unknown): Sighting[] {
  if (!Array.isArray(value)) return [];
  const [calls, containers, delayMs, before]: unknown[] = value;
  if (!isAmount(calls) || !isAmount(containers) || !isAmount(delayMs)) return [];
  return [{ calls, containers, delayMs, before: typeof before === 'boolean' ? before : undefined }];
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Of an object; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
