import type { FrontendOptions } from '../context.ts';
import type { InstanceSnapshot } from '../../model/snapshot.ts';
import { effectsShown } from '../effects/shown.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';
import { accountConcurrency } from '../lambda/capacity/concurrency.ts';
import { capacityOf } from './capacity.ts';
import { policiesShown } from '../policies/shown.ts';
import { configurationsOf } from './configurations.ts';
import { shownSecret } from './secrets/operations.ts';
import { ownPart } from './snapshot/own-part.ts';
import { joinedParts, partIn } from './snapshot/parts.ts';

/** What hosts tell each other for it. */
const told = 'snapshot';
/** What is shown where the account's home does not answer. */
const nothingKept = { events: [], queues: [], sources: [], triggers: [] };

/**
 * What the service holds now, a `ServiceSnapshot`, as `configurations` what first calls would find, as `egress` what functions connected to, as `capacity` what
 * functions have of their own, as `concurrency` how many calls the account may have at once, and what of them nobody has reserved, as `events` what waits of
 * asynchronous invocations, as `queues` the fullest of them, as `sources` event source mappings, as `schedules` what these have done, as `executions` durable ones, as `effects`
 * what is known of what functions do, as `objects` how many there are in how many buckets, as `prediction` what is known of calls between functions, and was
 * prepared because of it, as `secrets` what is to be known of those, their values apart, as `auxiliaries` what was counted of processes that functions may call, as `triggers` what follows
 * notifications, as `portions` calls of parts of programs, by their trust, and as `policies` how many policies and roles there are, how
 * many have taken one, and how many functions are bound. In a cluster `instances` are those of all hosts, each with the name of its `host`; `preparations`, `egress` and `auxiliaries` are
 * sums; what is kept at the account's home is told from there; and `silentHosts` names those that did not answer. `warming`, `queue`, `configurations`, `effects`, `secrets`' uses and `prediction` are of
 * the host that was asked. An account sees the warming pool and its own
 * instances and functions, and nobody else's.
 */
export function getSnapshot(options: FrontendOptions): Operation {
  const { store, workerManager, clusterView } = options;
  // As clients are told it: what is undefined is not there.
  clusterView?.tells(told, async (account) => JSON.parse(JSON.stringify(await ownPart(options, account))));
  return {
    name: 'GetSnapshot',
    method: 'GET',
    path: '/heddle/v1/snapshot',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope: { account } }) {
      const all = workerManager.snapshot();
      const [{ instances, silentHosts }, own, others] = await Promise.all([
        instancesOf(options, account, all.instances),
        ownPart(options, account),
        clusterView?.told(told, account),
      ]);
      const parts = joinedParts([own, ...(others?.found.map(partIn) ?? [])]);
      const silent = [...new Set([...(silentHosts ?? []), ...(others?.silent ?? [])])];
      const here = {
        configurations: await configurationsOf(account, store.functions, workerManager),
        capacity: await capacityOf(options, account),
        concurrency: accountConcurrency(options, account),
        secrets: options.secrets?.list(account).map(shownSecret) ?? [],
        policies: await policiesShown(options, account),
        effects: await effectsShown(options, account),
        prediction: options.prediction?.snapshot(account),
      };
      const hosts = clusterView === undefined ? {} : { silentHosts: silent };
      return { status: 200, body: { ...all, ...nothingKept, instances, ...hosts, ...here, ...parts } };
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
