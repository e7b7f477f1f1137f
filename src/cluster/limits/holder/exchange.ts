import type { Clock } from '../../../model/clock.ts';
import type { HostId } from '../../contract.ts';
import { limitTimes, type Ask } from '../contract.ts';
import { readGrants } from '../wire.ts';
import type { HeldShare } from './held-share.ts';

/** Claims from a home, for several accounts at once. Gives those that have their answer; undefined where there was none at all. */
export async function exchange(
  home: HostId,
  shares: readonly HeldShare[],
  o: { readonly clock: Clock; readonly ask: Ask; readonly incarnation: string; readonly over: AbortSignal },
): Promise<ReadonlySet<HeldShare> | undefined> {
  const { clock, ask, incarnation, over } = o;
  // What is lent is counted from before it was asked for.
  const sentAt = clock.now();
  const claims = shares.map((share) => share.claim());
  const cancel = new AbortController();
  const timer = clock.timer(limitTimes.callMs, () => cancel.abort(new Error('There was no answer in time.')));
  try {
    const signal = AbortSignal.any([cancel.signal, over]);
    const { grants } = readGrants(await ask(home, 'limits.claim', { incarnation, claims }, signal));
    const byAccount = new Map(grants.map((grant) => [grant.account, grant]));
    return new Set(
      shares.filter((share) => {
        const grant = byAccount.get(share.account);
        return grant !== undefined && grant.refused !== true && share.accept(grant, sentAt);
      }),
    );
  } catch {
    return undefined;
  } finally {
    timer[Symbol.dispose]();
  }
}
