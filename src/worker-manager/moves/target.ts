import { CannotMoveError, NoSuchInstanceError } from '../../model/errors.ts';
import type { ActiveContainer, ActiveInstance } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import type { Run } from '../running/run.ts';
import type { Runner } from '../running/runner.ts';

/** What is meant by a name. */
export interface Target {
  readonly instance: ActiveInstance;
  /** The one that is meant; undefined: the instance as a whole. */
  readonly container: ActiveContainer | undefined;
  /** What runs on it. */
  readonly run: Run | undefined;
}

/** Finds what an account means by a name: of a request, an instance or a container. Throws NoSuchInstanceError. */
export function findTarget(active: ActivePool, runner: Runner, account: string, name: string): Target {
  const run = runner.runOf(name);
  if (run !== undefined && run.container.instance.pool.account === account)
    return { instance: run.container.instance, container: run.container, run };
  for (const instance of active.instances) {
    if (instance.pool.account !== account) continue;
    if (instance.guest.id === name) return { instance, container: undefined, run: undefined };
    for (const container of instance.containers) {
      if (container.guest.id !== name) continue;
      return { instance, container, run: runner.runsIn(instance).find((one) => one.container === container) };
    }
  }
  throw new NoSuchInstanceError(
    `There is no instance or container ${name}, and no thread or request of this id runs in one. \`heddle ps\` shows what there is.`,
  );
}

/** Throws CannotMoveError where something else runs in the instance, and would be moved along. */
export function assertAlone({ instance, container }: Target): void {
  if (container === undefined) return;
  const others = [...instance.containers].filter(
    (one) => one !== container && (one.state === 'running' || one.state === 'starting'),
  );
  if (others.length > 0)
    throw new CannotMoveError(
      `${others.length} other calls run in the instance ${instance.guest.id} and would be moved along: wait until they have ended, or name the instance to pause all of them.`,
    );
}

/** Throws CannotMoveError where its account counts on the instance. */
export function assertFree({ guest, containers, ending, kept, making, retiring }: ActiveInstance): void {
  if (ending !== undefined || retiring) throw new CannotMoveError(`The instance ${guest.id} is about to end.`);
  if (kept || [...containers].some(({ provisioned }) => provisioned))
    throw new CannotMoveError(`The instance ${guest.id} is kept ready for provisioned or dedicated capacity.`);
  if (making > 0 || [...containers].some(({ state }) => state === 'starting'))
    throw new CannotMoveError(`A container is being made in the instance ${guest.id}; try again when it is there.`);
}
