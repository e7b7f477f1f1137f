import type { DictVersion, SharedReply, SharedRequest } from '../api/sharing.ts';
import type { Clock } from '../model/clock.ts';
import { Account } from './account.ts';
import { releasedError } from './lifetime/stakes.ts';
import { tenureInDoubt, tenureOver, type Tenure, type TenureOf } from './lifetime/tenure.ts';
import { type SharingLimits, sharingLimits } from './sharing-limits.ts';

/** How much of everything one account has. */
export interface SharingCensus {
  readonly objects: number;
  readonly waits: number;
  readonly holders: number;
  readonly bytes: number;
}

/**
 * What threads share, for all accounts of one service, in memory. Linearizable: a request takes effect, or joins its line,
 * inside of `call`, in the order of calls.
 *
 * A holder is a thread or a client session. The service says `enter` when one begins and `release` when it died or lost
 * its lease, and then passes on no more calls of it: a later call would begin a new holder with the same name.
 *
 * Objects are made by their first use and forgotten when nothing is left in them. What holders left in a counter, a
 * dictionary or a channel stays until somebody takes it out; what is only spent (an open latch, a closed and empty channel,
 * a broken barrier) goes with the account's last holder, or when it was not used for an hour. Where hosts take turns, all of it goes with
 * the tenure of its host.
 */
export class SharedObjects {
  readonly #clock: Clock;
  readonly #limits: SharingLimits;
  /** Never removed: an account's tokens go on growing. There are no more than there are accounts with keys. */
  readonly #accounts = new Map<string, { readonly account: Account; readonly tenure: Tenure | undefined }>();
  readonly #tenureOf: TenureOf | undefined;

  /** `tenureOf`: where hosts take turns. */
  constructor(clock: Clock, limits: Partial<SharingLimits> = {}, tenureOf?: TenureOf) {
    this.#clock = clock;
    this.#tenureOf = tenureOf;
    this.#limits = { ...sharingLimits, ...limits };
  }

  /** A holder is there, so that what is spent is kept for it. A holder that only calls is there from its first call. */
  enter(account: string, holder: string): void {
    this.#account(account).belongings.stakes.enter(holder);
  }

  /**
   * Does what is asked. `request` has passed parseSharedRequest; `signal` ends the wait, if it comes to one, with its
   * reason. Throws SharingError, of which RevisionConflictError is one. The bytes in a reply must not be changed.
   */
  async call(account: string, holder: string, request: SharedRequest, signal: AbortSignal): Promise<SharedReply> {
    // An async function runs at once up to its first await: nothing may be awaited before the request took effect.
    signal.throwIfAborted();
    const tenure = this.#tenureOf?.(account);
    if (tenure?.over === true) throw tenureOver();
    if (tenure?.suspended === true) await this.#untilSure(tenure, signal);
    const all = this.#account(account);
    all.belongings.stakes.enter(holder);
    const timeoutMs = 'timeoutMs' in request ? request.timeoutMs : undefined;
    const reply = all.reply(request, { holder, signal, timeoutMs });
    if (tenure === undefined) return reply;
    const replied = await reply;
    // It may have waited while another host took over, or this one stood still. Where nobody knows for now whether one has, it is told when that is known: what it did is seen by nobody else before.
    if (!(await tenure.settled())) throw tenureOver();
    return replied;
  }

  /**
   * The versions of a dictionary's key: the one there is, if there is one, then each newer one; a deleted value is null
   * with the revision 0n. Nothing is kept for a slow reader: it misses all but the newest. Ends only by an error: the
   * signal's reason, or SharingError `released`.
   */
  async *watch(
    account: string,
    holder: string,
    { name, key }: { readonly name: string; readonly key: string },
    signal: AbortSignal,
  ): AsyncGenerator<DictVersion, never> {
    const presence = this.#account(account).belongings.stakes.enter(holder);
    for (let seen = 0n; ;) {
      // A slow reader may come back after its holder is gone, and must not bring it back.
      if (presence.left) throw releasedError(holder);
      const reply = await this.call(account, holder, { kind: 'dict', op: 'watch', name, key, seen }, signal);
      if (reply.type !== 'version') throw new Error(`A watch was answered with "${reply.type}" instead of a version.`);
      seen = reply.rev;
      yield { rev: reply.rev, value: reply.value };
    }
  }

  /** The holder is gone: frees what it has, ends its waits; those who waited for it are next, in their order. */
  release(account: string, holder: string): void {
    this.#accounts.get(account)?.account.belongings.release(holder);
  }

  census(account: string): SharingCensus {
    const belongings = this.#accounts.get(account)?.account.belongings;
    return {
      objects: belongings?.objects.used ?? 0,
      waits: belongings?.waits.used ?? 0,
      holders: belongings?.stakes.size ?? 0,
      bytes: belongings?.bytes.used ?? 0,
    };
  }

  /** Those that wait go on in their order. Throws SharingError where it takes too long, or it is over then, and the signal's reason. */
  async #untilSure(tenure: Tenure, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<'late'>();
    const gone = (): void => reject(signal.reason);
    signal.addEventListener('abort', gone, { once: true });
    using _late = this.#clock.timer(this.#limits.sharedDoubtMsMax, () => resolve('late'));
    try {
      const sure = await Promise.race([tenure.settled(), promise]);
      if (sure === 'late') throw tenureInDoubt(this.#limits.sharedDoubtMsMax);
      if (!sure) throw tenureOver();
    } finally {
      signal.removeEventListener('abort', gone);
    }
  }

  #account(id: string): Account {
    const tenure = this.#tenureOf?.(id);
    const known = this.#accounts.get(id);
    if (known !== undefined && known.tenure === tenure) return known.account;
    const account = new Account(this.#clock, this.#limits, tenure?.firstNumber);
    this.#accounts.set(id, { account, tenure });
    return account;
  }
}
