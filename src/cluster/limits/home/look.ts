import type { Clock } from '../../../model/clock.ts';
import type { HostId } from '../../contract.ts';
import { limitTimes, type AccountLook, type Ask, type LookAnswer } from '../contract.ts';
import { readLookAnswer } from '../wire.ts';

/** Asks a host what it holds. Undefined where it did not answer in time: what it holds stays its own until that has run out. */
export async function lookAt(
  host: HostId,
  looks: readonly AccountLook[],
  { clock, ask, over }: { readonly clock: Clock; readonly ask: Ask; readonly over: AbortSignal },
): Promise<LookAnswer | undefined> {
  const cancel = new AbortController();
  const timer = clock.timer(limitTimes.lookMs, () => cancel.abort(new Error('There was no answer in time.')));
  try {
    return readLookAnswer(await ask(host, 'limits.look', { looks }, AbortSignal.any([cancel.signal, over])));
  } catch {
    return undefined;
  } finally {
    timer[Symbol.dispose]();
  }
}
