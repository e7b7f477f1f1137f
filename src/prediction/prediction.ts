import type { Clock, Timer } from '../model/clock.ts';
import type { PredictionSnapshot, ProfileRecord, ProfileShown, ProfileStore } from '../model/call-profiles.ts';
import { latestVersion, type FunctionVersion } from '../model/functions/function.ts';
import type { Called, Caller } from '../model/invocations/caller.ts';
import type { Supply } from './deciding/predict.ts';
import { predictionLimits as limits } from './limits.ts';
import { Predictor, type Prepare } from './predictor.ts';
import { ContainerCaller } from './profile/container-caller.ts';
import type { FunctionProfile } from './profile/function-profile.ts';
import { withOthers } from './profile/joined.ts';
import { ProfileBook } from './profile/profile-book.ts';
import { showProfile } from './show.ts';

/** What has changed is kept so often, so much of it at a time, ms. */
const keepMs = 15_000;
const keptAtOnceMax = 500;
/** What is due is made ready so long before, ms. */
const dueAheadMs = 1_500;

/** Of what a container runs, what its profile is found by. */
type RunVersion = Pick<FunctionVersion, 'account' | 'name' | 'version' | 'codeSha256'>;

/** What is asked of the rest of the service. */
export interface PredictionParts {
  readonly clock: Clock;
  readonly store: ProfileStore;
  /** Off for the whole service. */
  readonly off: boolean;
  readonly supplyOf: (fn: FunctionVersion) => Supply | undefined;
  readonly waiting: () => boolean;
  readonly resolve: (account: string, name: string, qualifier: string) => Promise<FunctionVersion | undefined>;
  readonly prepare: Prepare;
  /** Profiles could not be kept. */
  readonly onUnkept: (error: unknown) => void;
}

/**
 * What functions call, and what that says of what will be called next. A **profile** of each function is learned from the calls of its runs (`profile/`): they come on
 * the containers' own connections, so that nobody can claim to be somebody else. When a run begins, what its profile says will follow is decided on
 * (`deciding/`, pure) and prepared (`predictor.ts`) by the worker manager.
 */
export class Prediction implements Disposable {
  readonly #parts: PredictionParts;
  readonly #book = new ProfileBook();
  readonly #predictor: Predictor;
  /** `account\0name`, and for a whole account `account\0`. */
  readonly #off = new Set<string>();
  readonly #due = new Map<string, { readonly at: number; readonly account: string; readonly timer: Timer }>();
  #keeping: Timer | undefined;

  constructor(parts: PredictionParts) {
    this.#parts = parts;
    const { profiles, off } = parts.store.read();
    this.#book.restore(profiles);
    for (const { account, name } of off) this.#off.add(`${account}\0${name}`);
    for (const { account } of off) this.#applyOff(account);
    this.#predictor = new Predictor({
      ...parts,
      book: this.#book,
      mayPrepare: (account, name) => this.whyOff(account, name) === undefined,
    });
    this.#keepLater();
  }

  /** Who keeps account of what the code of a new container calls; nobody, where the service does not. */
  callerOf({ account, name, version, codeSha256 }: RunVersion): Caller | undefined {
    if (this.#parts.off) return undefined;
    const { clock } = this.#parts;
    return new ContainerCaller({
      clock,
      profileOf: () => {
        const profile = this.#profileOf(account, name);
        // It was deployed before anything was known of it.
        if (version === latestVersion) profile.codeSha256 ??= codeSha256;
        return profile;
      },
      begun: (profile) => this.#predictor.begun(profile),
      called: (called) => this.#predictor.called(called),
    });
  }

  /** A call of a function has come that cannot begin at once: what follows it need not wait for that. */
  readonly comes: (fn: Pick<FunctionVersion, 'account' | 'name'>) => void = ({ account, name }) => {
    const profile = this.#book.find(account, name);
    if (profile !== undefined && profile.edges.length > 0) this.#predictor.begun(profile);
  };

  /** Something else than a call will have a function run, and when: so many ms from now. It is prepared shortly before, and what follows it. */
  readonly due: (called: Called, inMs: number) => void = (called, inMs) => {
    const { account, name, qualifier } = called;
    if (this.whyOff(account, name) !== undefined || inMs > limits.dueMsMax) return;
    const key = `${account}\0${name}\0${qualifier}`;
    const { clock } = this.#parts;
    const at = clock.now() + inMs;
    const before = this.#due.get(key);
    // Of one function only what is due first is foreseen: what comes after it finds the same container.
    if (before !== undefined && before.at <= at) return;
    before?.timer[Symbol.dispose]();
    this.#due.delete(key);
    if (!this.#mayAwait(account)) return;
    const timer = clock.timer(Math.max(0, inMs - dueAheadMs), () => {
      this.#due.delete(key);
      void this.#predictor.dueSoon(called, this.#profileOf(account, name), dueAheadMs);
    });
    this.#due.set(key, { at, account, timer });
  };

  /** A version may be called from now on, which may have other code than the one before it. */
  deployed({ account, name, version, codeSha256 }: FunctionVersion): void {
    if (version === latestVersion) this.#book.find(account, name)?.changed(codeSha256);
    this.#book.forgetTarget(account, name);
  }

  /** A function is gone, and who it was is no matter of a new one of its name. */
  removed(account: string, name: string): void {
    this.#book.remove(account, name);
    this.#book.forgetTarget(account, name);
    if (this.#off.has(`${account}\0${name}`)) this.turn(account, name, 'on');
  }

  /** What an account's policies allow is not what it was: its threads are prepared as they will be bound, which the next of each shows. */
  policiesChanged(account: string): void {
    this.#book.forgetThreads(account);
  }

  /** An account is gone, with all that was known of it. */
  removedAccount(account: string): void {
    for (const { name } of this.#book.all(account)) this.removed(account, name);
    if (this.#off.has(`${account}\0`)) this.turn(account, '', 'on');
  }

  /** Has nothing known of a function; or of all of an account, where it has no name. `beforeMs`: only of what has not run since then, by the wall clock. */
  forget(account: string, name: string, beforeMs: number = Infinity): void {
    const all = name === '' ? this.#book.all(account) : [this.#book.find(account, name)];
    for (const profile of all) if (profile !== undefined && profile.updatedAt < beforeMs) profile.clear();
  }

  /** What it is turned off for, by {@link turn}. */
  get offs(): readonly { readonly account: string; readonly name: string }[] {
    return [...this.#off].map((key) => {
      const [account = '', name = ''] = key.split('\0');
      return { account, name };
    });
  }

  /** Turns it on or off for a function; or for an account, where it has no name. What was known is forgotten when it is turned off. */
  turn(account: string, name: string, to: 'on' | 'off'): void {
    this.#parts.store.turn({ account, name }, to);
    if (to === 'off') this.#off.add(`${account}\0${name}`);
    else this.#off.delete(`${account}\0${name}`);
    if (to === 'off') this.forget(account, name);
    this.#applyOff(account);
  }

  /** Why nothing is learned of a function and nothing prepared because of it, for people; undefined where that is done. */
  whyOff(account: string, name: string): string | undefined {
    if (this.#parts.off) return 'it is off for the whole service (--prediction off)';
    if (this.#off.has(`${account}\0`)) return 'it is off for the account';
    return name !== '' && this.#off.has(`${account}\0${name}`) ? 'it is off for the function' : undefined;
  }

  /** `elsewhere`: what other hosts have learned of the account's functions, which is shown with it; what is prepared here, only what was learned here decides. */
  show(account: string, name: string, elsewhere: readonly ProfileRecord[] = []): ProfileShown {
    const find = (of: string): FunctionProfile | undefined => withOthers(this.#book.find(account, of), of, elsewhere);
    const wallMs = this.#parts.clock.wall();
    return showProfile(find(name), name, { wallMs, find, off: this.whyOff(account, name) });
  }

  /** Names of an account's functions that call something, those that ran last first. */
  callers(account: string, elsewhere: readonly ProfileRecord[] = []): readonly string[] {
    const all = [...this.#book.all(account), ...elsewhere].filter(({ edges }) => edges.length > 0);
    return [...new Set(all.toSorted((a, b) => b.updatedAt - a.updatedAt).map(({ name }) => name))];
  }

  /** What was learned here, for other hosts. */
  learned(account: string): readonly ProfileRecord[] {
    return this.#book.all(account).map(({ record }) => record);
  }

  snapshot(account: string): PredictionSnapshot {
    const all = this.#book.all(account);
    return {
      prediction: this.whyOff(account, '') === undefined ? 'on' : 'off',
      functions: all.length,
      calls: all.reduce((sum, { edges }) => sum + edges.length, 0),
      outstanding: this.#predictor.outstanding(account),
      ...this.#predictor.countsOf(account),
    };
  }

  /** Keeps what has changed. */
  keep(): void {
    try {
      for (;;) {
        const { changed, gone } = this.#book.takeChanges(keptAtOnceMax);
        if (changed.length > 0 || gone.length > 0) this.#write(changed, gone);
        if (changed.length < keptAtOnceMax) return;
      }
    } catch (error) {
      this.#parts.onUnkept(error);
    }
  }

  [Symbol.dispose](): void {
    this.#keeping?.[Symbol.dispose]();
    for (const { timer } of this.#due.values()) timer[Symbol.dispose]();
    this.#predictor.stop();
    this.keep();
  }

  #write(
    changed: readonly ProfileRecord[],
    gone: readonly { readonly account: string; readonly name: string }[],
  ): void {
    try {
      this.#parts.store.write(changed, gone);
    } catch (error) {
      // Next time again: a function that is gone must not come back with a restart.
      this.#book.unkept(changed, gone);
      throw error;
    }
  }

  #mayAwait(account: string): boolean {
    if (this.#due.size >= limits.deferredMax) return false;
    let own = 0;
    for (const due of this.#due.values()) if (due.account === account) own += 1;
    return own < limits.deferredOfAccountMax;
  }

  #profileOf(account: string, name: string): FunctionProfile {
    const profile = this.#book.of(account, name, this.#parts.clock.wall());
    profile.off = this.whyOff(account, name) !== undefined;
    return profile;
  }

  #applyOff(account: string): void {
    for (const profile of this.#book.all(account)) profile.off = this.whyOff(account, profile.name) !== undefined;
  }

  #keepLater(): void {
    this.#keeping = this.#parts.clock.timer(keepMs, () => {
      this.keep();
      this.#keepLater();
    });
  }
}
