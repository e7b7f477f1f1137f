import { CannotMoveError } from '../../../model/errors.ts';
import { limits } from '../../../model/limits.ts';

/** What was sent before must be in the guest; code that computes, and takes nothing, may never let it in. */
export async function unlessLate(taken: Promise<unknown>, id: string, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(limits.moveTakeMsMax)]);
  const late = Promise.withResolvers<never>();
  const giveUp = (): void =>
    late.reject(
      new CannotMoveError(
        `Code in the instance ${id} has not taken what was sent to it within ${limits.moveTakeMsMax / 1_000} s; try again when it does not compute.`,
      ),
    );
  over.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([taken, late.promise]);
  } finally {
    over.removeEventListener('abort', giveUp);
  }
}
