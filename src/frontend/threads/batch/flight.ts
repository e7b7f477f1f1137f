import type { Clock, Timer } from '../../../model/clock.ts';
import { ProtocolError } from '../../../model/errors.ts';
import type { InvocationOutcome, ThreadLane, ThreadWatcher } from '../../../model/invocations/invocation.ts';
import type { StartPath } from '../../../model/invocations/start-path.ts';
import { decodeTurnEnd, recallMessage, type TurnEnd } from '../../../protocol/threads/batch.ts';
import { laneKinds } from '../../../protocol/threads/lane.ts';
import type { ServedThread } from '../served-thread.ts';
import { endOfError, endOfOutcome, endOfTurn, isHostLost, type TakenBefore } from '../thread-end.ts';

/** A thread that may be handed to a container along with others. */
export interface BatchItem {
  readonly thread: ServedThread;
  readonly call: Uint8Array;
  /** On the service's clock. */
  readonly receivedAt: number;
  /** The same for all of a kind. */
  readonly tenantId?: string;
  /** Of the trace that it is part of. */
  readonly traceHeader?: string;
}

/** Who hears of a flight. */
export interface FlightEvents {
  readonly clock: Clock;
  /** These have not begun, and are to be handed over anew. */
  again(items: readonly BatchItem[]): void;
  /** One has run for so long, or has just begun to wait for something. */
  ran(ms: number, waited: boolean): void;
  /** It turned out to be long. */
  long(): void;
}

/** What runs for so long without an answer is long: what came with it goes elsewhere. Milliseconds. */
const watchMs = 10;
/** The same where the module is loaded first. */
const loadMs = 100;

/**
 * Threads that were handed to a container together, and run there one after the other (protocol/threads/batch.ts), each as if it had come
 * alone. At most once: what has not begun for certain when the container dies, or is cut, goes elsewhere.
 */
export class Flight implements ThreadWatcher {
  /** Ends the one that runs, and the container with it. */
  readonly cut: AbortController = new AbortController();
  /** Those that have not ended, and were not taken back; the first one runs, if any does. */
  readonly #items: BatchItem[];
  readonly #events: FlightEvents;
  #lane: ThreadLane | undefined;
  #long = false;
  #over = false;
  /** What has not begun has been taken back for certain. */
  #settled = false;
  #recalling: Promise<void> | undefined;
  #watch: Timer | undefined;
  #host: string | undefined;
  /** What those that have ended took. */
  #before: TakenBefore = { ranMs: 0, cpuMs: 0, printed: 0 };
  #printed = 0;

  constructor(items: readonly BatchItem[], events: FlightEvents) {
    this.#items = [...items];
    this.#events = events;
  }

  get long(): boolean {
    return this.#long;
  }

  /** Ends one of them, whatever it does; those with it are handed over anew. Gives whether it was here. */
  async cancel(item: BatchItem): Promise<boolean> {
    if (!this.#items.includes(item)) return false;
    // What was not placed has not begun. Otherwise nothing new may begin between this decision and the container's end.
    if (this.#lane === undefined) this.cut.abort();
    else await this.#recall();
    if (!this.#over && this.#items[0] === item) this.cut.abort();
    return true;
  }

  placed(lane: ThreadLane): void {
    this.#lane = lane;
    this.#items[0]?.thread.placed(this.#laneOfFirst(lane));
  }

  started(path: StartPath, ms: number, host?: string): void {
    this.#host = host;
    this.#items[0]?.thread.started(path, ms, host);
    this.#look(path === 'reused-container' ? watchMs : loadMs);
  }

  received(data: Uint8Array): void {
    if (data[0] === laneKinds.next) return this.#next(decodeTurnEnd(data.subarray(1)));
    if (data[0] === laneKinds.back) return this.#waits();
    this.#items[0]?.thread.received(data);
  }

  printed(text: string, stderr?: true): void {
    this.#printed += text.length;
    this.#items[0]?.thread.printed(text, stderr);
  }

  /** The container's last word for all of them. */
  ended(outcome: InvocationOutcome): void {
    this.#end();
    const last = this.#items.shift();
    if (last === undefined) return;
    if (!outcome.result.ok) {
      last.thread.ended(endOfOutcome(outcome, this.#before));
      // Of a container that was killed for its time, what was on its way is not known.
      return outcome.limit === 'time' ? this.#giveUpUnlessSettled() : this.#giveBackAll();
    }
    const turn = turnEnd(outcome.result.payload);
    if (turn instanceof Error) last.thread.ended(endOfError(turn, last.thread.tail));
    else if (turn.result === undefined) this.#items.unshift(last);
    else {
      this.#events.ran(turn.ranMs, turn.waited);
      last.thread.ended(endOfTurn(turn, turn.result, last.thread.tail));
    }
    this.#giveBackAll();
  }

  /** The container is gone, or there was none. */
  failed(error: unknown): void {
    this.#end();
    // No container, no room: that holds for all of them, as for each alone. Unless only one of them was cancelled.
    if (this.#lane === undefined) {
      if (!this.cut.signal.aborted) for (const { thread } of this.#items.splice(0)) thread.ended(endOfError(error));
      return this.#giveBackAll();
    }
    const { thread } = this.#items.shift() ?? {};
    thread?.ended(endOfError(thread.cancel.signal.aborted ? thread.cancel.signal.reason : error, thread.tail));
    // What another host had told nobody yet went with it.
    if (isHostLost(error)) this.#giveUpUnlessSettled(error);
    else if (this.cut.signal.aborted) this.#giveUpUnlessSettled();
    else this.#giveBackAll();
  }

  /** One has its result; the next one begins. */
  #next(turn: TurnEnd): void {
    const ended = this.#items.shift();
    if (ended === undefined || turn.result === undefined || (this.#items.length === 0 && !this.#settled))
      throw new ProtocolError('A runtime began a thread that it was not given.');
    const { ranMs, cpuMs } = this.#before;
    this.#before = { ranMs: ranMs + turn.ranMs, cpuMs: cpuMs + turn.cpuMs, printed: this.#printed };
    this.#events.ran(turn.ranMs, turn.waited);
    ended.thread.ended(endOfTurn(turn, turn.result, ended.thread.tail));
    const next = this.#items[0];
    // Taken back meanwhile: the runtime sees that before it begins, and says so.
    if (next === undefined || this.#lane === undefined) return;
    this.#lane.renew();
    next.thread.placed(this.#laneOfFirst(this.#lane));
    next.thread.started('reused-container', this.#events.clock.now() - next.receivedAt, this.#host);
  }

  /** As long as there are others behind it, nothing that one says to the container may reach another one, nor hold it up. */
  #laneOfFirst(lane: ThreadLane): ThreadLane {
    const first = this.#items[0];
    const runs = (): boolean => this.#items[0] === first;
    return {
      ...lane,
      send: (data) => !runs() || lane.send(data),
      pause: () => {
        if (runs() && this.#items.length === 1) lane.pause();
      },
    };
  }

  /** Looks whether it has moved since, after so long. */
  #look(afterMs: number): void {
    const first = this.#items[0];
    this.#watch = this.#events.clock.timer(afterMs, () => {
      if (this.#items[0] !== first) return this.#look(watchMs);
      this.#isLong();
      void this.#recall();
    });
  }

  /** The one that runs waits for something; those behind it were left to us. */
  #waits(): void {
    this.#events.ran(0, true);
    this.#isLong();
    this.#giveBack();
  }

  #isLong(): void {
    this.#watch?.[Symbol.dispose]();
    if (this.#long || this.#over) return;
    this.#long = true;
    this.#events.long();
  }

  /** Takes back what has not begun. Resolves when what has begun is known. */
  #recall(): Promise<void> {
    return (this.#recalling ??= this.#takeBack());
  }

  async #takeBack(): Promise<void> {
    if (this.#items.length > 1 && this.#lane !== undefined) {
      this.#lane.send(recallMessage);
      await this.#lane.synced();
    }
    if (!this.#over) this.#giveBack();
  }

  /** All but the one that runs. */
  #giveBack(): void {
    this.#settled = true;
    this.#events.again(this.#items.splice(1));
  }

  #giveBackAll(): void {
    this.#events.again(this.#items.splice(0));
  }

  #giveUpUnlessSettled(
    reason: Error = new Error('Its container was ended for the thread before it; it may have begun.'),
  ): void {
    if (this.#settled) return this.#giveBackAll();
    for (const { thread, receivedAt } of this.#items.splice(0)) {
      // Said to have started, so that nobody tries it again unasked.
      thread.started('reused-container', this.#events.clock.now() - receivedAt, this.#host);
      thread.ended(endOfError(reason));
    }
  }

  #end(): void {
    this.#over = true;
    this.#watch?.[Symbol.dispose]();
  }
}

/** User code may answer anything. */
function turnEnd(payload: Uint8Array): TurnEnd | Error {
  try {
    return decodeTurnEnd(payload);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
