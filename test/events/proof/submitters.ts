import { setImmediate as turn } from 'node:timers/promises';
import type { Clients, Deployment } from './deployment.ts';
import { kinds, type Kind } from './history.ts';
import type { Ledger } from './ledger.ts';
import { submit, together, type ProofEvent } from './submit.ts';

/** Every so many-th event fails whenever it is run. */
const failsEvery = 50;

/** When callers hand over another event, and when they end. */
export interface Pace {
  readonly mayGo: () => boolean;
  readonly over: () => boolean;
}

/** Hands over events of all kinds, as many callers of each (one of the queue, ten events at a time). What is under way when it is over is waited for. */
export async function submitAll(
  ledger: Ledger,
  clients: Clients,
  deployment: Deployment,
  callers: number,
  pace: Pace,
): Promise<void> {
  const all = kinds.flatMap((kind) => Array.from({ length: kind === 'queue' ? 1 : callers }, () => kind));
  await Promise.all(all.map((kind) => caller(kind, ledger, clients, deployment, pace)));
}

async function caller(
  kind: Kind,
  ledger: Ledger,
  clients: Clients,
  deployment: Deployment,
  { mayGo, over }: Pace,
): Promise<void> {
  for (;;) {
    await ledger.until(() => over() || mayGo());
    if (over()) return;
    const events = Array.from({ length: together[kind] }, () => newEvent(kind, ledger));
    try {
      const taken = await submit(kind, events, clients, deployment);
      for (const { id } of events) ledger.write({ what: taken.includes(id) ? 'acknowledged' : 'refused', id });
    } catch (error) {
      // Without an answer it is not known whether it was taken.
      const what = answered(error) ? 'refused' : 'unanswered';
      for (const { id } of events) ledger.write({ what, id });
      if (what === 'refused') ledger.refusals.push(String(error));
    }
    // Nothing else gets a turn where a service that is gone refuses each connection at once.
    await turn();
  }
}

function newEvent(kind: Kind, ledger: Ledger): ProofEvent {
  const n = ledger.history.length;
  const id = `${kind}-${ledger.life}-${n}`;
  ledger.write({ what: 'submitted', id, kind, life: ledger.life, atMs: ledger.now() });
  if (n % failsEvery !== 0) return { id };
  ledger.fails.add(id);
  return { id, fails: true };
}

/** Whether an error is what the service said; else the connection broke before it said anything. */
function answered(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error && Object(error.$metadata).httpStatusCode !== undefined;
}
