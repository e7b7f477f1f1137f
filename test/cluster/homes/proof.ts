import { setImmediate as turn } from 'node:timers/promises';
import { check, type Verdict } from '../../events/proof/check.ts';
import { readDeadLetters } from '../../events/proof/dead-letters.ts';
import { kinds, type Happening, type Kind } from '../../events/proof/history.ts';
import type { Ledger } from '../../events/proof/ledger.ts';
import { submit, together, type ProofEvent } from '../../events/proof/submit.ts';
import { timeoutSeconds, type HostClients, type TestHost, type TestHosts } from './hosts.ts';

/** Every so many-th event fails whenever it is run. */
const failsEvery = 50;
const callersOfKind: Readonly<Record<Kind, number>> = { async: 3, queue: 1, schedule: 2 };

/** Hands events over through all hosts that are `up`, until so many of all kinds are acknowledged, and waits until all of them are over. `disturb` runs beside, and is waited for. `attempts`: of clients, at one request. */
export async function proveHosts(
  cluster: TestHosts,
  ledger: Ledger,
  events: number,
  disturb: (up: Set<TestHost>) => Promise<void>,
  attempts = 1,
): Promise<Verdict> {
  const up = new Set(cluster.hosts);
  let disturbed = false;
  const disturbing = disturb(up).finally(() => {
    disturbed = true;
    ledger.look();
  });
  const target = ledger.book.total + events;
  const callers = kinds.flatMap((kind) => Array.from({ length: callersOfKind[kind] }, () => kind));
  const mayStop = (): boolean => disturbed && ledger.book.total >= target;
  await Promise.all([disturbing, ...callers.map((kind) => caller(kind, cluster, ledger, { up, mayStop, attempts }))]);
  const over = new AbortController();
  const [one] = up;
  if (one === undefined) throw new Error('No host is left.');
  using clients = one.clients();
  const letters = readDeadLetters(clients, ledger, over.signal);
  await ledger.until(() => ledger.book.open === 0);
  over.abort();
  await letters;
  const patience = timeoutSeconds * 1_000;
  return check(asBegun(ledger.history), { async: patience, queue: patience, schedule: patience });
}

/** Runs in the order in which they were begun, each in the life in which it was: what a host began before it stood still, it may tell of after it. */
function asBegun(history: readonly Happening[]): readonly Happening[] {
  const deaths = history.filter((one) => one.what === 'killed');
  const runs = history.filter((one) => one.what === 'ran').toSorted((a, b) => a.atMs - b.atMs);
  const lifeAt = (ms: number): number => deaths.filter(({ atMs }) => atMs <= ms).length;
  return [...history.filter((one) => one.what !== 'ran'), ...runs.map((run) => ({ ...run, life: lifeAt(run.atMs) }))];
}

/** A life ends: what ran before may run once more. */
export function died(ledger: Ledger): void {
  ledger.write({ what: 'killed', life: ledger.life, atMs: ledger.now() });
  ledger.life += 1;
}

interface CallerOptions {
  readonly up: ReadonlySet<TestHost>;
  readonly mayStop: () => boolean;
  readonly attempts: number;
}

async function caller(
  kind: Kind,
  cluster: TestHosts,
  ledger: Ledger,
  { up, mayStop, attempts }: CallerOptions,
): Promise<void> {
  const known = new Map<string, HostClients>();
  for (let n = 0; !mayStop(); n += 1) {
    const hosts = [...up];
    const host = hosts[n % hosts.length];
    if (host === undefined) {
      await turn();
      continue;
    }
    const clients = known.get(host.url) ?? host.clients(attempts);
    known.set(host.url, clients);
    const events = Array.from({ length: together[kind] }, () => newEvent(kind, ledger));
    try {
      const taken = await submit(kind, events, clients, { account: cluster.account, functionArn: cluster.functionArn });
      for (const { id } of events) ledger.write({ what: taken.includes(id) ? 'acknowledged' : 'unanswered', id });
    } catch {
      // An answer of 5xx says no more than none: the home may have died when it had it.
      for (const { id } of events) ledger.write({ what: 'unanswered', id });
    }
    await turn();
  }
  for (const clients of known.values()) clients[Symbol.dispose]();
}

function newEvent(kind: Kind, ledger: Ledger): ProofEvent {
  const n = ledger.history.length;
  const id = `${kind}-${ledger.life}-${n}`;
  ledger.write({ what: 'submitted', id, kind, life: ledger.life, atMs: ledger.now() });
  if (n % failsEvery !== 0) return { id };
  ledger.fails.add(id);
  return { id, fails: true };
}
