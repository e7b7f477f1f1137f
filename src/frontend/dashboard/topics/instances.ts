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
  /** Ages are told with fractions, and by hosts a little late: when an instance was born, and has come to rest, is decided when it is seen so first. */
  const births = new Map<string, SeenTimes>();
  const rests = new Map<string, SeenTimes>();
  return {
    name: 'instances',
    // Asking all hosts is not to be had for nothing.
    everyMs: clusterView === undefined ? 200 : 1_000,
    waits: clusterView !== undefined,
    async rows({ account }) {
      const { instances, silentHosts = [] } = await instancesOf(options, account, recentSnapshot(options).instances);
      const wallMs = clock.wall();
      const rows = new Map<string, InstanceRow>();
      const [bornAt, idleSince] = [new SeenTimes(births.get(account)), new SeenTimes(rests.get(account))];
      for (const one of instances) {
        const key = one.host === undefined ? one.id : `${one.host} ${one.id}`;
        const born = bornAt.of(key, wallMs - one.ageMs);
        const busy = one.containers.some(({ state }) => state === 'running' || state === 'starting');
        const idleSinceMs = busy ? undefined : idleSince.of(key, wallMs - one.idleMs);
        rows.set(key, { ...rowOf(one, born), ...(idleSinceMs !== undefined && { idleSinceMs }) });
      }
      births.set(account, bornAt);
      rests.set(account, idleSince);
      return { rows, silentHosts };
    },
  };
}

/** When things happened that are told by their age, as it was found out when each was seen first; of those that were not seen again nothing is kept. */
class SeenTimes {
  readonly #before: ReadonlyMap<string, number> | undefined;
  readonly #now = new Map<string, number>();

  constructor(before: SeenTimes | undefined) {
    this.#before = before === undefined ? undefined : before.#now;
  }

  /** What was known of a time, unless it is another. */
  of(key: string, ms: number): number {
    const known = this.#before?.get(key);
    const at = known !== undefined && Math.abs(known - ms) < sameMs ? known : Math.round(ms);
    this.#now.set(key, at);
    return at;
  }
}

function rowOf(
  { ageMs: _age, idleMs: _idle, portion: _portion, paused: _paused, containers, ...one }: InstanceSnapshot,
  bornAtMs: number,
): InstanceRow {
  return { ...one, bornAtMs, containers: containers.map(({ ageMs: _ageMs, idleMs: _idleMs, ...kept }) => kept) };
}
