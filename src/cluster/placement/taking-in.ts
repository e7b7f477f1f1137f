import { CapacityError, StoppingError } from '../../model/errors.ts';
import { ceilingOf } from '../../model/functions/function.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { LocalManager } from './contract.ts';
import { refusedFrom } from './decide.ts';

/**
 * This host's worker manager, as it runs what others send: it never passes it on, and refuses at once what it could only have wait for nothing, so that the
 * one who guessed wrong finds another place.
 */
export function takingIn(
  local: LocalManager,
  draining: () => boolean,
  hosts: { readonly mean: number },
): Pick<WorkerManager, 'invoke'> {
  return {
    invoke(invocation, signal) {
      const { outlook } = local;
      const { function: fn, loadMax = 0, tenantId } = invocation;
      if (draining())
        return Promise.reject(new StoppingError('The host takes nothing from others: it is being emptied.'));
      // Its calls run nowhere else, and wait here as they would where there is one host.
      if (ceilingOf(fn) !== Infinity) return local.invoke(invocation, signal);
      const { full, memoryFreeMb, memoryIdleMb, processors, wanted } = outlook.load;
      if (wanted / processors >= Math.max(refusedFrom(hosts.mean), loadMax))
        return Promise.reject(new CapacityError('The host has more to do than others have.', 1));
      if (full) return Promise.reject(new CapacityError('The queue of the host takes nothing from others.', 1));
      const { memoryMb } = outlook.needsOf(fn, tenantId);
      // What is idle makes room; beyond that there is nothing but what others use.
      if (outlook.idleOf(fn, tenantId) === 0 && memoryFreeMb + memoryIdleMb < memoryMb && !outlook.holds(fn, tenantId))
        return Promise.reject(
          new CapacityError(
            `The host has no memory for it: ${memoryMb} MB are needed, ${memoryFreeMb} MB are free.`,
            1,
          ),
        );
      return local.invoke(invocation, signal);
    },
  };
}
