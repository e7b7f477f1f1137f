import type { Clock, Timer } from '../../../model/clock.ts';
import type { AccountShare, CallsInUse, SharedCalls } from '../../../worker-manager/contract.ts';
import type { HostId } from '../../contract.ts';
import {
  limitTimes,
  type AccountLook,
  type Ask,
  type FollowedBefore,
  type LookAnswer,
  type LookBody,
  type SharedLimits,
} from '../contract.ts';
import { exchange } from './exchange.ts';
import { FollowedHomes, type FollowedHomesOptions } from './followed.ts';
import { portionOf } from './portion.ts';
import { HeldShare } from './held-share.ts';
import type { ShareSurroundings } from './share-surroundings.ts';

/** What the holder of limits works with. */
export interface LimitHolderOptions extends FollowedHomesOptions {
  readonly clock: Clock;
  /** Names this process; no other of any host has it. */
  readonly incarnation: string;
  readonly ask: Ask;
  readonly limitsOf: (account: string) => SharedLimits;
  /** How many hosts there are, this one included. */
  readonly hosts: () => number;
  /** Whether this host may speak for an account as its home. */
  readonly speaksFor: (account: string) => boolean;
  /** Resolves when this host holds to what the state's log has up to a position; rejects where that takes too long. */
  readonly reached: (position: bigint) => Promise<void>;
}

/** A share, and what is under way for it. */
interface Held {
  readonly share: HeldShare;
  /** Of the home that it claimed from last. */
  home: HostId | undefined;
  claiming: Promise<void> | undefined;
  giving: Timer | undefined;
  /** How many wait for an answer. */
  waiters: number;
}

/** What was counted, since the start. */
export interface LimitHolderCounts {
  claims: number;
  failures: number;
  /** Milliseconds that calls waited for an answer, together, and how many waited. */
  waitedMs: number;
  waited: number;
}

/** What this host holds of limits that hold for all hosts; asks their homes for more, renews what it has, and gives back what it does not use. */
export class LimitHolder implements SharedCalls, AsyncDisposable {
  readonly #o: LimitHolderOptions;
  readonly #surroundings: ShareSurroundings;
  readonly #all = new Map<string, Held>();
  readonly #followed: FollowedHomes;
  readonly #over = new AbortController();
  #seq = 0;
  #timer: Timer | undefined;
  readonly counts: LimitHolderCounts = { claims: 0, failures: 0, waitedMs: 0, waited: 0 };

  constructor(options: LimitHolderOptions) {
    this.#o = options;
    this.#followed = new FollowedHomes(options);
    this.#surroundings = {
      now: () => options.clock.now(),
      limitsOf: options.limitsOf,
      portionOf: (account, pool) => portionOf(options.limitsOf(account), pool, options.hosts()),
      nextSeq: () => (this.#seq += 1),
      backed: ({ account }) => this.#all.get(account)?.home !== options.self || options.speaksFor(account),
      claim: (share) => this.#waitFor(this.#heldOf(share.account)),
      pause: (ms) => new Promise((resolve) => void options.clock.timer(ms, resolve)),
      giveSoon: (share) => this.#giveSoon(this.#heldOf(share.account)),
    };
  }

  of(account: string, calls: CallsInUse): AccountShare {
    const { share } = this.#heldOf(account);
    share.calls = calls;
    return share;
  }

  /** The part of it that is about requests. */
  requestsOf(account: string): Pick<HeldShare, 'takeRequest' | 'moreRequests'> {
    return this.#heldOf(account).share;
  }

  /** This host has become the home of an account. What it holds ends from now on with its right to lend, also where another has lent it. */
  leads(account: string): void {
    const held = this.#all.get(account);
    if (held !== undefined) held.home = this.#o.self;
  }

  /** Answers a home that asks. Rejects where it does not know in time what was changed. */
  async look({ looks }: LookBody, from: HostId): Promise<LookAnswer> {
    for (const { changed } of looks) if (changed !== undefined) await this.#o.reached(BigInt(changed));
    const [passed, vouched]: [string[], string[]] = [[], []];
    const before: Record<string, FollowedBefore> = {};
    const claims = looks.flatMap((look) => {
      const held = this.#all.get(look.account);
      const follows = this.#followed.follow(look, from);
      const claim = follows === 'not' ? undefined : held?.share.look(look);
      if (follows === 'not' || (held !== undefined && claim === undefined)) passed.push(look.account);
      else if (follows === 'knows') vouched.push(look.account);
      const older = this.#followed.before(look);
      if (older !== undefined) before[look.account] = older;
      if (held !== undefined) this.#claimAfter(held, look);
      return claim === undefined ? [] : [claim];
    });
    const { remembersMs } = this.#followed;
    return { incarnation: this.#o.incarnation, claims, passed, vouched, remembersMs, before };
  }

  /** What it lacks it asks for itself, when a look is answered. */
  #claimAfter(held: Held, { changed }: AccountLook): void {
    if (changed === undefined && !held.share.lacks) return;
    // What is under way was sent before.
    const before = changed === undefined ? undefined : held.claiming;
    this.#o.clock.timer(0, () => void Promise.resolve(before).then(() => this.#claim(held)));
  }

  /** For people, and for tests. */
  shares(): readonly HeldShare[] {
    return Array.from(this.#all.values(), ({ share }) => share);
  }

  /** Gives back what it holds and does not use. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    for (const { giving } of this.#all.values()) giving?.[Symbol.dispose]();
    this.#over.abort(new Error('The service is stopping.'));
    await Promise.all(Array.from(this.#all.values()).flatMap(({ claiming }) => claiming ?? []));
  }

  #heldOf(account: string): Held {
    let held = this.#all.get(account);
    if (held === undefined) {
      const share = new HeldShare(account, this.#surroundings);
      this.#all.set(account, (held = { share, home: undefined, claiming: undefined, giving: undefined, waiters: 0 }));
      this.#timer ??= this.#later();
    }
    return held;
  }

  #later(): Timer | undefined {
    if (this.#over.signal.aborted) return undefined;
    return this.#o.clock.timer(limitTimes.renewMs, () => this.#renew());
  }

  /** Claims what it has anew, of all accounts of a home with one message; forgets accounts that are not used any more. */
  #renew(): void {
    this.#timer = undefined;
    const byHome = new Map<HostId, Held[]>();
    for (const [account, held] of this.#all) {
      held.share.rest();
      if (this.#isForgotten(held)) {
        held.giving?.[Symbol.dispose]();
        this.#all.delete(account);
        continue;
      }
      const home = this.#homeOf(held);
      if (home !== undefined && held.claiming === undefined) byHome.set(home, [...(byHome.get(home) ?? []), held]);
    }
    for (const [home, all] of byHome) {
      const done = this.#exchange(home, all).then(() => undefined);
      for (const held of all) this.#claims(held, done);
    }
    if (this.#all.size > 0) this.#timer = this.#later();
  }

  #isForgotten({ share, claiming }: Held): boolean {
    return claiming === undefined && share.empty && this.#o.clock.now() - share.usedAt > 2 * limitTimes.forgottenMs;
  }

  async #waitFor(held: Held): Promise<void> {
    const { clock } = this.#o;
    const began = clock.now();
    const late = Promise.withResolvers<void>();
    using _timer = clock.timer(limitTimes.waitMs, late.resolve);
    held.share.awaits((held.waiters += 1) > 0);
    // Who has waited for so long is not to ask, and wait, once more.
    await Promise.race([this.#moreFor(held), late.promise.then(() => held.share.failed())]);
    held.share.awaits((held.waiters -= 1) > 0);
    this.counts.waited += 1;
    this.counts.waitedMs += clock.now() - began;
  }

  async #moreFor(held: Held): Promise<void> {
    // What is under way may have been sent before this was missed.
    if (held.claiming !== undefined) await held.claiming;
    if (held.share.lacks) await this.#claim(held);
  }

  /** One at a time: who comes meanwhile shares it. */
  #claim(held: Held): Promise<void> {
    if (held.claiming === undefined) this.#claims(held, this.#untilAnswered(held));
    return held.claiming ?? Promise.resolve();
  }

  #claims(held: Held, done: Promise<void>): void {
    const claiming = done.finally(() => {
      if (held.claiming === claiming) held.claiming = undefined;
    });
    held.claiming = claiming;
  }

  /** A home may be on its way to another host: it is asked again for a while. */
  async #untilAnswered(held: Held): Promise<void> {
    const { clock } = this.#o;
    const until = clock.now() + limitTimes.callMs;
    for (;;) {
      const home = this.#homeOf(held);
      if (home !== undefined && (await this.#exchange(home, [held]))) return;
      if (clock.now() >= until || this.#over.signal.aborted) break;
      await new Promise<void>((resolve) => clock.timer(limitTimes.askAgainMs, resolve));
    }
    held.share.failed();
  }

  /** Gives whether all had their answer. */
  async #exchange(home: HostId, all: readonly Held[]): Promise<boolean> {
    this.counts.claims += 1;
    const shares = all.map(({ share }) => share);
    const answered = await exchange(home, shares, { ...this.#o, over: this.#over.signal });
    if (answered === undefined) this.counts.failures += 1;
    for (const held of all) if (answered?.has(held.share) === true) held.home = home;
    return answered?.size === all.length;
  }

  /** Without NATS nobody may know: the last one goes on where most hosts are in touch with it. */
  #homeOf({ share, home }: Held): HostId | undefined {
    const now = this.#o.homes.homeOf(share.account);
    if (now.at === 'here') return this.#o.self;
    return now.at === 'host' ? now.host : home;
  }

  #giveSoon(held: Held): void {
    held.giving ??= this.#o.clock.timer(limitTimes.idleMs, () => {
      held.giving = undefined;
      if (held.share.give()) void this.#claim(held);
      else if (held.share.givesBack && !held.share.empty) this.#giveSoon(held);
    });
  }
}
