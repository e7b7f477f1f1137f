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
  const seen = new Map<string, ReadonlyMap<string, Since>>();
  return {
    name: 'instances',
    // Asking all hosts is not to be had for nothing.
    everyMs: clusterView === undefined ? 200 : 1_000,
    waits: clusterView !== undefined,
    async rows({ account }) {
      const { instances, silentHosts = [] } = await instancesOf(options, account, workerManager.snapshot().instances);
      const wallMs = clock.wall();
      const rows = new Map<string, InstanceRow>();
      const before = seen.get(account);
      const since = new Map<string, Since>();
      for (const one of instances) {
        const key = one.host === undefined ? one.id : `${one.host} ${one.id}`;
        const known = before?.get(key);
        const busy = one.containers.some(({ state }) => state === 'running' || state === 'starting');
        const bornAtMs = steady(known?.bornAtMs, wallMs - one.ageMs);
        const idle = busy ? {} : { idleSinceMs: steady(known?.idleSinceMs, wallMs - one.idleMs) };
        since.set(key, { bornAtMs, ...idle });
        rows.set(key, { ...rowOf(one, bornAtMs), ...idle });
      }
      seen.set(account, since);
      return { rows, silentHosts };
    },
  };
}

/** Since when an instance is there, and at rest; milliseconds since the Unix epoch. */
type Since = Pick<InstanceRow, 'bornAtMs' | 'idleSinceMs'>;

/** What was known of a time, unless it is another. */
function steady(known: number | undefined, ms: number): number {
  return known !== undefined && Math.abs(known - ms) < sameMs ? known : Math.round(ms);
}

function rowOf(
  { ageMs: _age, idleMs: _idle, portion: _portion, paused: _paused, containers, ...one }: InstanceSnapshot,
  bornAtMs: number,
): InstanceRow {
  return { ...one, bornAtMs, containers: containers.map(({ ageMs: _ageMs, idleMs: _idleMs, ...kept }) => kept) };
}
