import type { InstanceRow } from '../../../model/dashboard/overview.ts';
import type { InstanceSnapshot } from '../../../model/snapshot.ts';
import { instancesOf } from '../../admin/get-snapshot.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** How far two ages of the same instance may disagree before it is another one with its name, ms. */
const sameMs = 2_000;

/** Instances: the warming pool's and the account's own, an InstanceRow each. */
export function openInstances(options: FrontendOptions): Topic {
  const { workerManager, clock, clusterView } = options;
  /** Ages are told with fractions, and by hosts a little late: when an instance was born, and has come to rest, is decided when it is seen so first. */
  const births = new Map<string, number>();
  const rests = new Map<string, number>();
  return {
    name: 'instances',
    // Asking all hosts is not to be had for nothing.
    everyMs: clusterView === undefined ? 200 : 1_000,
    waits: clusterView !== undefined,
    async rows({ account }) {
      const { instances, silentHosts = [] } = await instancesOf(options, account, workerManager.snapshot().instances);
      const wallMs = clock.wall();
      const rows = new Map<string, InstanceRow>();
      for (const one of instances) {
        const key = one.host === undefined ? one.id : `${one.host} ${one.id}`;
        const born = steady(births, key, wallMs - one.ageMs);
        const busy = one.containers.some(({ state }) => state === 'running' || state === 'starting');
        const idleSinceMs = busy ? undefined : steady(rests, key, wallMs - one.idleMs);
        rows.set(key, { ...rowOf(one, born), ...(idleSinceMs !== undefined && { idleSinceMs }) });
      }
      // Of other accounts' there may be some among them; they are seen anew.
      for (const seen of [births, rests])
        if (seen.size > 2 * rows.size + 100) for (const key of seen.keys()) if (!rows.has(key)) seen.delete(key);
      return { rows, silentHosts };
    },
  };
}

/** What was known of a time, unless it is another. */
function steady(known: Map<string, number>, key: string, ms: number): number {
  const before = known.get(key);
  if (before !== undefined && Math.abs(before - ms) < sameMs) return before;
  known.set(key, Math.round(ms));
  return Math.round(ms);
}

function rowOf(
  { ageMs: _age, idleMs: _idle, portion: _portion, paused: _paused, containers, ...one }: InstanceSnapshot,
  bornAtMs: number,
): InstanceRow {
  return { ...one, bornAtMs, containers: containers.map(({ ageMs: _ageMs, idleMs: _idleMs, ...kept }) => kept) };
}
