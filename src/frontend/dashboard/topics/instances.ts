import type { InstanceRow } from '../../../model/dashboard/overview.ts';
import type { InstanceSnapshot } from '../../../model/snapshot.ts';
import { instancesOf } from '../../admin/get-snapshot.ts';
import type { FrontendOptions } from '../../context.ts';
import { recentSnapshot } from '../recent-snapshot.ts';
import type { Topic } from '../topic.ts';

/** How far two ages of the same instance may disagree before it is another one with its name, ms. */
const sameMs = 2_000;

/** Instances: the warming pool's and the account's own, an InstanceRow each. */
export function openInstances(options: FrontendOptions): Topic {
  const { clock, clusterView } = options;
  /** Ages are told with fractions, and by hosts a little late: when an instance was born is decided when it is seen first. */
  const births = new Map<string, number>();
  return {
    name: 'instances',
    // Asking all hosts is not to be had for nothing.
    everyMs: clusterView === undefined ? 200 : 1_000,
    async rows({ account }) {
      const { instances } = await instancesOf(options, account, recentSnapshot(options).instances);
      const wallMs = clock.wall();
      const rows = new Map<string, InstanceRow>();
      for (const one of instances) {
        const key = one.host === undefined ? one.id : `${one.host} ${one.id}`;
        const bornAtMs = Math.round(wallMs - one.ageMs);
        const known = births.get(key);
        const born = known !== undefined && Math.abs(known - bornAtMs) < sameMs ? known : bornAtMs;
        births.set(key, born);
        rows.set(key, rowOf(one, born));
      }
      // Of other accounts' there may be some among them; they are seen anew.
      if (births.size > 2 * rows.size + 100) for (const key of births.keys()) if (!rows.has(key)) births.delete(key);
      return rows;
    },
  };
}

function rowOf(
  { ageMs: _age, idleMs: _idle, portion: _portion, paused: _paused, containers, ...one }: InstanceSnapshot,
  bornAtMs: number,
): InstanceRow {
  return { ...one, bornAtMs, containers: containers.map(({ ageMs: _ageMs, idleMs: _idleMs, ...kept }) => kept) };
}
