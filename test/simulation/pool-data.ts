import type { ActivePool } from '../../src/worker-manager/active-pool.ts';
import type { Code } from '../../src/worker-manager/code.ts';

/** The active pool as plain data: everything, indexed by nothing. */
export interface PoolData {
  readonly instances: readonly {
    readonly id: string;
    readonly account: string;
    readonly configuration: string;
    readonly instanceMb: number;
    readonly retiring: boolean;
    readonly held: boolean;
    readonly hasRoom: boolean;
    readonly containersLeft: number;
    readonly containers: readonly {
      readonly id: string;
      readonly state: string;
      readonly codeKey: string | undefined;
      readonly usedAt: number;
    }[];
  }[];
}

export function dataOf(active: ActivePool): PoolData {
  return {
    instances: Array.from(active.instances, (instance) => ({
      id: instance.guest.id,
      account: instance.holding.account,
      configuration: instance.holding.configurationKey,
      instanceMb: instance.holding.instanceMb,
      retiring: instance.retiring,
      held: instance.holds > 0,
      hasRoom: instance.hasRoom,
      containersLeft: instance.guest.containersLeft,
      containers: Array.from(instance.containers, ({ guest, state, code, usedAt }) => ({
        id: guest.id,
        state,
        codeKey: code?.key,
        usedAt,
      })),
    })),
  };
}

/** What placement may be offered for a code, found by looking at everything; several, where they are equally good. */
export function candidates(data: PoolData, code: Code): Record<string, string[]> {
  const { account, configurationKey } = code.holding;
  const usable = data.instances.filter(({ retiring }) => !retiring);
  const own = usable.filter((one) => one.account === account && one.configuration === configurationKey);
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
        own.filter(({ containers }) => containers.some(({ state }) => state === 'blank')),
        fullness,
      ),
    ),
    room: ids(
      best(
        own.filter(({ hasRoom }) => hasRoom),
        fullness,
      ),
    ),
    replaceable: ids(
      best(
        idle.filter(({ containersLeft }) => containersLeft > 0),
        ({ usedAt }) => -usedAt,
      ),
    ),
    evictableMb: [String(usable.filter(({ held }) => !held).reduce((sum, { instanceMb }) => sum + instanceMb, 0))],
  };
}
