import { pause } from '../../platform/timers.ts';
import { RemoteError } from '../errors.ts';
import type { Retries } from '../options.ts';
import type { ClientSession } from '../session/client-session.ts';
import { nextTry } from './next-try.ts';
import type { RunEvents } from './run-events.ts';
import type { Run } from './thread-run.ts';

/** Begins one run on a session; called once for each try. `detached` says, when the order is sent, whether it was detached. */
export type BeginRun = (
  session: ClientSession,
  events: RunEvents,
  attempt: number,
  detached: () => boolean,
) => Promise<Run>;

/** Runs a thread here, where there is no room for it anywhere else. */
export type RunInline = (session: ClientSession, events: RunEvents, which: Pick<Run, 'id' | 'attempt'>) => Run;

/** What holds of a thread now. */
export interface ThreadNow {
  readonly id: string;
  readonly detached: boolean;
  readonly cancelled: boolean;
  /** Of its stream, given already. */
  readonly items: number;
}

/** A thread as its tries see it. */
export interface TriedThread {
  readonly session: () => Promise<ClientSession>;
  /** The session has ended: `session` is another one from now on. */
  readonly renewSession: () => void;
  /** It may run again where a host was lost, whether it had begun there or not. */
  readonly repeatable: boolean;
  readonly retries: Retries | undefined;
  readonly inline: RunInline | undefined;
  /** Fires when it is cancelled: nothing is waited for any more. */
  readonly waiting: AbortSignal;
  readonly now: () => ThreadNow;
  /** Who hears of a new run. */
  readonly events: () => RunEvents;
  /** There is a new run. `first`: there was none before it. */
  readonly begun: (run: Run, first: boolean) => void;
}

/** The runs of one thread, one after the other: the first, and those after it where that failed and may be tried again. */
export class ThreadTries {
  /** The newest; undefined before the first. Rejects where it could not begin. */
  run: Promise<Run> | undefined;
  readonly #thread: TriedThread;
  #hostsLost = 0;

  constructor(thread: TriedThread) {
    this.#thread = thread;
  }

  /** Gives the result of the last run. Rejects with what went wrong in that. */
  async result(begin: BeginRun): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.#onceOrInline(begin, attempt);
      } catch (error) {
        await this.#again(error, attempt);
      }
  }

  /** One that is detached is not waited for, and is to outlive this process. */
  async #onceOrInline(begin: BeginRun, attempt: number): Promise<unknown> {
    const { inline, now } = this.#thread;
    try {
      return await this.#once(begin, attempt, attempt === 1);
    } catch (error) {
      const full = error instanceof RemoteError && error.kind === 'capacity';
      if (!full || inline === undefined || now().detached) throw error;
      return await this.#once(
        async (session, events) => inline(session, events, { id: now().id, attempt }),
        attempt,
        false,
      );
    }
  }

  async #once(begin: BeginRun, attempt: number, first: boolean): Promise<unknown> {
    const thread = this.#thread;
    const events = thread.events();
    this.run = thread.session().then((session) => begin(session, events, attempt, () => thread.now().detached));
    const run = await this.run;
    thread.begun(run, first);
    return run.result;
  }

  /** Waits before the next try; throws the error where there is to be none. */
  async #again(error: unknown, attempt: number): Promise<void> {
    const thread = this.#thread;
    const { cancelled, items } = thread.now();
    const run = await this.run?.catch(() => undefined);
    const sessionEnded = await thread.session().then(
      (session) => session.ended,
      () => true,
    );
    const next = nextTry({
      error,
      // Of those that were made because a host was gone nobody has said how many there may be.
      attempt: attempt - this.#hostsLost,
      retries: thread.retries,
      repeatable: thread.repeatable,
      hostsLost: this.#hostsLost,
      unsent: run?.unsent === true,
      began: run?.start !== undefined,
      cancelled,
      items,
      sessionEnded,
    });
    if (!next.again) throw error;
    if (next.lost === true) this.#hostsLost += 1;
    if (sessionEnded) thread.renewSession();
    if (next.afterMs > 0) await pause(next.afterMs, thread.waiting);
  }
}
