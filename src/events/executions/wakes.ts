import type { Timer } from '../../model/clock.ts';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import type { DueExecution } from '../../store/durable/contracts/executions.ts';
import type { ExecutionParts } from './parts.ts';

/** Executions that are looked at in one go; invocations that run at the same time, of all accounts and of one. */
const tendsMax = 64;
const invokesMax = 32;
const invokesPerAccountMax = 24;
/** A timer goes no further, as the machine's clock may be set meanwhile; then it is looked at, and nothing else. */
const timerMsMax = 60_000;
/** What could not be looked at is looked at again after so long. */
const postponeMs = 60_000;

/** Where there was no space on the disk for what functions do, none is invoked for so long. */
const holdMs = 5_000;

/** What is done for executions that are due. */
export interface WakeActions {
  /** Resolves when it was done. */
  tend(id: number): Promise<void>;
  /** Resolves when it runs; `done` when it has ended. Undefined where there was nothing to be run. */
  begin(id: number): Promise<{ readonly done: Promise<void> } | undefined>;
}

/** Wakes executions: one timer, set to when the first of all is due; so many invocations at a time, accounts in turns. */
export class Wakes {
  readonly #parts: Pick<ExecutionParts, 'store' | 'clock' | 'logger'>;
  readonly #actions: WakeActions;
  /** Invocations that run, by account. */
  readonly #running = new Map<string, number>();
  #timer: Timer | undefined;
  /** Nothing is invoked until it rings. */
  #hold: Timer | undefined;
  /** When something is due, as far as is known; milliseconds since the Unix epoch. */
  #nextAt = Number.POSITIVE_INFINITY;
  #looking = false;
  #again = false;
  #stopped = false;

  constructor(parts: Pick<ExecutionParts, 'store' | 'clock' | 'logger'>, actions: WakeActions) {
    this.#parts = parts;
    this.#actions = actions;
  }

  /** Invocations that run. */
  get running(): number {
    return [...this.#running.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Something is due then. */
  at(wallMs: number): void {
    if (this.#stopped || wallMs >= this.#nextAt) return;
    this.#nextAt = wallMs;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#hold?.[Symbol.dispose]();
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { clock } = this.#parts;
    const waitMs = this.#nextAt - clock.wall();
    if (waitMs <= 0) return this.#look();
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.timer(Math.min(waitMs, timerMsMax), () => this.#arm());
  }

  #look(): void {
    this.#nextAt = Number.POSITIVE_INFINITY;
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#lookAll()
      .catch((err: unknown) => {
        if (!this.#stopped) this.#parts.logger.error({ err }, 'Executions that are due could not be looked for.');
        this.at(this.#parts.clock.wall() + postponeMs);
      })
      .finally(() => {
        this.#looking = false;
        if (this.#again && !this.#stopped) this.#look();
      });
  }

  async #lookAll(): Promise<void> {
    const { store, clock } = this.#parts;
    let found = true;
    let now = clock.wall();
    while (!this.#stopped && (found || this.#again)) {
      this.#again = false;
      now = clock.wall();
      const due = await store.due(this.#room(now), 'process');
      found = due.length > 0;
      await Promise.all(due.map((each) => this.#wake(each)));
    }
    if (this.#stopped) return;
    // After that look: what has come due since is found at once.
    const next = await Promise.all((['tend', 'invoke'] as const).map((task) => store.next({ task, now }, 'process')));
    for (const at of next) if (at !== undefined) this.at(at);
  }

  #room(now: number): Parameters<ExecutionParts['store']['due']>[0] {
    const invokesPerAccount = Object.fromEntries(
      Array.from(this.#running, ([account, running]) => [account, invokesPerAccountMax - running]),
    );
    const invokes = this.#hold === undefined ? invokesMax - this.running : 0;
    return { now, tends: tendsMax, invokes, invokesPerAccount, invokesOfOthers: invokesPerAccountMax };
  }

  async #wake({ id, account, task }: DueExecution): Promise<void> {
    try {
      if (task === 'tend') return await this.#actions.tend(id);
      this.#count(account, 1);
      const begun = await this.#actions.begin(id).catch((error: unknown) => {
        this.#count(account, -1);
        throw error;
      });
      if (begun === undefined) return this.#count(account, -1);
      void begun.done.finally(() => {
        this.#count(account, -1);
        // There is room now for one that waited.
        this.at(0);
      });
    } catch (err) {
      if (this.#stopped) return;
      if (err instanceof StoreFullError && task === 'invoke') return this.#holdInvokes(err);
      this.#parts.logger.error({ err, execution: id }, 'An execution that was due could not be looked at.');
      await this.#parts.store.postpone({ id, at: this.#parts.clock.wall() + postponeMs }, 'process');
    }
  }

  /** What is due stays so: it has not been touched. */
  #holdInvokes(err: StoreFullError): void {
    if (this.#hold !== undefined) return;
    const { clock, logger } = this.#parts;
    logger.error({ err }, 'The functions of executions are not invoked: there is no space for what they would do.');
    this.#hold = clock.timer(holdMs, () => {
      this.#hold = undefined;
      this.at(0);
    });
  }

  #count(account: string, change: number): void {
    const running = (this.#running.get(account) ?? 0) + change;
    if (running === 0) this.#running.delete(account);
    else this.#running.set(account, running);
  }
}
