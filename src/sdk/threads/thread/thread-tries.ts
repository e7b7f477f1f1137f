import { limits } from '../../../model/limits.ts';
import { pause } from '../../platform/timers.ts';
import { RemoteError } from '../errors.ts';
import type { Retries } from '../options.ts';
import type { ClientSession } from '../session/client-session.ts';
import type { Run, RunEvents } from './thread-run.ts';

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
  readonly session: Promise<ClientSession>;
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

const defaultBackoffMs = 100;

/** The runs of one thread, one after the other: the first, and those after it where that failed and may be tried again. */
export class ThreadTries {
  /** The newest; undefined before the first. Rejects where it could not begin. */
  run: Promise<Run> | undefined;
  readonly #thread: TriedThread;

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
    this.run = thread.session.then((session) => begin(session, events, attempt, () => thread.now().detached));
    const run = await this.run;
    thread.begun(run, first);
    return run.result;
  }

  /** Waits before the next try; throws the error where there is to be none. */
  async #again(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof RemoteError) || this.#thread.now().cancelled) throw error;
    const { max, backoffMs = defaultBackoffMs, on = isPassing }: Retries = this.#thread.retries ?? { max: 0 };
    const neverBegan = error.kind === 'lost' && attempt === 1 && (await this.run)?.start === undefined;
    const session = await this.#thread.session;
    // Items that were given cannot be taken back.
    if (session.ended || this.#thread.now().items > 0) throw error;
    if (neverBegan && max === 0) return;
    if (attempt > max || !on(error)) throw error;
    await pause(Math.min(backoffMs * 2 ** (attempt - 1), limits.threadTimeoutMsMax), this.#thread.waiting);
  }
}

/** What passes by itself: another try may find another instance, or room. */
function isPassing({ kind }: RemoteError): boolean {
  return kind === 'lost' || kind === 'capacity';
}
