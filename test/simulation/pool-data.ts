import { instanceOverheadMb } from '../../src/model/runtimes/configuration.ts';
import type { ActivePool } from '../../src/worker-manager/active-pool/active-pool.ts';
import type { Code } from '../../src/worker-manager/active-pool/state.ts';

/** The active pool as plain data: everything, indexed by nothing. */
export interface PoolData {
  readonly instances: readonly {
    readonly id: string;
    readonly owner: string;
    readonly freeMb: number;
    readonly retiring: boolean;
    readonly held: boolean;
    readonly hasRoom: boolean;
    readonly containersLeft: number;
    readonly containers: readonly {
      readonly id: string;
      readonly state: string;
      readonly runtime: string;
      readonly memoryMb: number;
      readonly codeKey: string | undefined;
      readonly usedAt: number;
    }[];
  }[];
}

export function dataOf(active: ActivePool): PoolData {
  return {
    instances: Array.from(active.instances, (instance) => ({
      id: instance.guest.id,
      owner: instance.pool.key,
      freeMb: instance.guest.configuration.memoryMb - instance.heldMb,
      retiring: instance.retiring,
      held: instance.holds > 0,
      hasRoom: instance.hasRoom,
      containersLeft: instance.guest.containersLeft,
      containers: Array.from(instance.containers, ({ guest, state, code, usedAt, memoryMb }) => ({
        id: guest.id,
        runtime: guest.kind,
        memoryMb,
        state,
        codeKey: code?.key,
        usedAt,
      })),
    })),
  };
}

/** What placement may be offered for a code, found by looking at everything; several, where they are equally good. */
export function candidates(data: PoolData, code: Code): Record<string, string[]> {
  const { kind: runtime } = code;
  const { memoryMb } = code.function;
  const usable = data.instances.filter(({ retiring }) => !retiring);
  const own = usable.filter(({ owner }) => owner === code.pool.key);
  const fitting = own.filter(({ freeMb }) => freeMb >= memoryMb);
  const idle = own.flatMap(({ containers, containersLeft }) =>
    containers.filter(({ state }) => state === 'idle').map((container) => ({ ...container, containersLeft })),
  );
  const fullness = (one: PoolData['instances'][number]): number =>
    one.containers.filter(({ state }) => state !== 'blank').length;
  const best = <T>(items: readonly T[], worth: (item: T) => number): T[] => {
    const most = Math.max(...items.map(worth));
    return items.filter((item) => worth(item) === most);
  };
  const ids = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id).toSorted();
  return {
    idle: ids(
      best(
        idle.filter(({ codeKey }) => codeKey === code.key),
        ({ usedAt }) => usedAt,
      ),
    ),
    blank: ids(
      best(
        fitting.filter(({ containers }) => containers.some((one) => one.state === 'blank' && one.runtime === runtime)),
        fullness,
      ),
    ),
    room: ids(
      best(
        fitting.filter(({ hasRoom }) => hasRoom),
        fullness,
      ),
    ),
    replaceable: ids(
      best(
        idle.filter(({ containersLeft }) => containersLeft > 0),
        ({ usedAt }) => -usedAt,
      ),
    ),
    evictableMb: [String(idleMbOf(usable))],
  };
}

function idleMbOf(usable: PoolData['instances']): number {
  const idle = usable.flatMap(({ containers }) => containers.filter(({ state }) => state === 'idle'));
  const instances = usable.filter(({ held }) => !held).length * instanceOverheadMb;
  return idle.reduce((sum, { memoryMb }) => sum + memoryMb, instances);
}
