import type { FrontendOptions } from '../context.ts';
import type { InstanceSnapshot } from '../../model/snapshot.ts';
import { effectsShown } from '../effects/shown.ts';
import { eventLines } from './events.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';
import { queuesShown } from './get-queues.ts';
import { accountConcurrency } from '../lambda/capacity/concurrency.ts';
import { capacityOf } from './capacity.ts';
import { triggersShown } from '../triggers/operations.ts';
import { sourcesShown } from './get-sources.ts';
import { policiesShown } from '../policies/shown.ts';
import { configurationsOf } from './configurations.ts';
import { shownSecret } from './secrets/operations.ts';

/** More are in `/heddle/v1/queues` and `/heddle/v1/sources`. */
const snapshotQueuesMax = 100;

/**
 * What the service holds now, a `ServiceSnapshot`, as `configurations` what first calls would find, as `egress` what functions connected to, as `capacity` what
 * functions have of their own, as `concurrency` how many calls the account may have at once, and what of them nobody has reserved, as `events` what waits of
 * asynchronous invocations, as `queues` the fullest of them, as `sources` event source mappings, as `schedules` what these have done, as `executions` durable ones, as `effects`
 * what is known of what functions do, as `objects` how many there are in how many buckets, as `prediction` what is known of calls between functions, and was
 * prepared because of it, as `secrets` what is to be known of those, their values apart, as `auxiliaries` what was counted of processes that functions may call, as `triggers` what follows
 * notifications, as `portions` calls of parts of programs, by their trust, and as `policies` how many policies and roles there are, how
 * many have taken one, and how many functions are bound. In a cluster `instances` are those of all hosts, each with the name of its `host`, and `silentHosts` names those
 * that did not answer; the rest is of the host that was asked. An account sees the warming pool and its own
 * instances and functions, and nobody else's.
 */
export function getSnapshot(options: FrontendOptions): Operation {
  const { store, workerManager, egressTotals, events, objects, clock, sessions } = options;
  return {
    name: 'GetSnapshot',
    method: 'GET',
    path: '/heddle/v1/snapshot',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const all = workerManager.snapshot();
      const { instances, silentHosts } = await instancesOf(options, scope.account, all.instances);
      const configurations = await configurationsOf(scope.account, store.functions, workerManager);
      const egress = egressTotals?.().filter(({ account }) => account === scope.account) ?? [];
      const capacity = await capacityOf(options, scope.account);
      const concurrency = accountConcurrency(options, scope.account);
      const own = events.find(scope.account);
      const used = await own?.inUse();
      const [lines, shown, sources, schedules, counts, effects] = await Promise.all([
        eventLines(options, scope.account),
        queuesShown(events, clock, scope.account, snapshotQueuesMax),
        sourcesShown(options, scope.account, snapshotQueuesMax),
        own?.durable.used === true ? own.durable.parts.schedules.totals(scope.account, 'process') : undefined,
        used?.executions.counts(scope.account),
        effectsShown(options, scope.account),
      ]);
      const { running, ready, readySince } = counts ?? { running: 0, ready: 0, readySince: undefined };
      const readyMs = readySince === undefined ? 0 : Math.max(0, clock.wall() - readySince);
      const later = {
        events: lines,
        queues: shown,
        sources,
        schedules,
        executions: { running, ready, readyMs },
        effects,
      };
      const kept = (await objects.inUse())?.buckets;
      const buckets = kept === undefined ? { objects: 0, bytes: 0 } : kept.totals(scope.account);
      const objectsShown = { ...buckets, buckets: kept?.list(scope.account).length ?? 0 };
      const portions = sessions.portions(scope.account);
      const triggers = triggersShown(options.triggers, scope.account);
      const policies = await policiesShown(options, scope.account);
      const auxiliaries = options.auxiliaries?.totals(scope.account, options.ownAccount) ?? [];
      const secrets = options.secrets?.list(scope.account).map(shownSecret) ?? [];
      const outside = { objects: objectsShown, secrets, auxiliaries, portions };
      const held = { configurations, egress, capacity, concurrency, ...outside, triggers, policies };
      const preparations = all.preparations.filter(({ account }) => account === scope.account);
      const prediction = options.prediction?.snapshot(scope.account);
      return { status: 200, body: { ...all, instances, silentHosts, preparations, prediction, ...held, ...later } };
    },
  };
}

/** Instances that an account sees: in a cluster, those of all hosts. */
export async function instancesOf(
  { clusterView }: FrontendOptions,
  own: string,
  here: readonly InstanceSnapshot[],
): Promise<{ readonly instances: readonly InstanceSnapshot[]; readonly silentHosts?: readonly string[] }> {
  if (clusterView === undefined)
    return { instances: here.filter(({ account }) => account === undefined || account === own) };
  const { found, silent } = await clusterView.instances(own);
  return { instances: found, silentHosts: silent };
}
