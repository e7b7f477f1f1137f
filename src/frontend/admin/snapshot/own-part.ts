import type { FrontendOptions } from '../../context.ts';
import { triggersShown } from '../../triggers/operations.ts';
import { eventLines } from '../events.ts';
import { queuesShown } from '../get-queues.ts';
import { sourcesShown } from '../get-sources.ts';
import type { SnapshotPart } from './parts.ts';

/** More are in `/heddle/v1/queues` and `/heddle/v1/sources`. */
const queuesMax = 100;

/** What this host has of an account: what it counts by itself, and where it is the account's home also what is kept there. Plain data, which other hosts are told. */
export async function ownPart(options: FrontendOptions, account: string): Promise<SnapshotPart> {
  const { workerManager, egressTotals, events, ownAccount } = options;
  const counted = {
    preparations: workerManager.snapshot().preparations.filter((one) => one.account === account),
    egress: egressTotals?.().filter((one) => one.account === account) ?? [],
    auxiliaries: options.auxiliaries?.totals(account, ownAccount) ?? [],
  };
  return events.find(account) === undefined ? { counted } : { counted, kept: await keptOf(options, account) };
}

async function keptOf(options: FrontendOptions, account: string): Promise<Record<string, unknown>> {
  const { events, objects, clock, sessions, triggers } = options;
  const own = events.find(account);
  const used = await own?.inUse();
  const [lines, queues, sources, schedules, counts] = await Promise.all([
    eventLines(options, account),
    queuesShown(events, clock, account, queuesMax),
    sourcesShown(options, account, queuesMax),
    own?.durable.used === true ? own.durable.parts.schedules.totals(account, 'process') : undefined,
    used?.executions.counts(account),
  ]);
  const { running, ready, readySince } = counts ?? { running: 0, ready: 0, readySince: undefined };
  const readyMs = readySince === undefined ? 0 : Math.max(0, clock.wall() - readySince);
  const kept = (await objects.inUse())?.buckets;
  const totals = kept === undefined ? { objects: 0, bytes: 0 } : kept.totals(account);
  return {
    events: lines,
    queues,
    sources,
    schedules,
    executions: { running, ready, readyMs },
    objects: { ...totals, buckets: kept?.list(account).length ?? 0 },
    portions: sessions.portions(account),
    triggers: triggersShown(triggers, account),
  };
}
