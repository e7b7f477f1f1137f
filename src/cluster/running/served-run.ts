import type { Clock } from '../../model/clock.ts';
import { CancelledError, ProtocolError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Invocation, InvocationOutcome, ThreadLane, ThreadWatcher } from '../../model/invocations/invocation.ts';
import type { PeerStream } from '../contract.ts';
import { amountIn } from '../fields.ts';
import { fromWire, parseWireError } from '../peers/link/wire-error.ts';
import { CallsOfThread } from './calls-of-thread.ts';
import { LaneTaken, LaneWindow } from './lane-window.ts';
import { bytesMessage, bytesOf, dataMessage, dataOf, tags } from './messages.ts';
import { passedOf, type RunOrder } from './order.ts';
import { outcomeMessage } from './outcome.ts';
import { ServedAnswer } from './served-answer.ts';
import type { KeptVersions } from './versions.ts';

/** Runs an invocation on this host. */
export type RunHere = (invocation: Invocation, signal: AbortSignal) => Promise<InvocationOutcome>;

/** An invocation that this host runs for another one. */
export class ServedRun implements ThreadWatcher {
  readonly #stream: PeerStream;
  readonly #order: RunOrder;
  readonly #clock: Clock;
  /** When its request was received, as if by this host: the way here does not count. */
  readonly #receivedAt: number;
  readonly #gone = new AbortController();
  readonly #cancel: AbortController | undefined;
  readonly #answer: ServedAnswer | undefined;
  readonly #window = new LaneWindow();
  readonly #taken: LaneTaken;
  /** Asked for, where it is not known here. */
  #version: PromiseWithResolvers<Uint8Array> | undefined;
  readonly #calls: CallsOfThread;
  #lane: ThreadLane | undefined;
  #lanePaused = false;
  #startedAt: number | undefined;
  #done = false;

  /** `versions`: those that other hosts have sent. */
  constructor(stream: PeerStream, order: RunOrder, clock: Clock, versions: KeptVersions) {
    this.#calls = new CallsOfThread(versions);
    this.#stream = stream;
    this.#order = order;
    this.#clock = clock;
    this.#receivedAt = clock.now() - order.spentMs;
    this.#cancel = order.watched || order.cancellable ? new AbortController() : undefined;
    this.#answer = order.answered ? new ServedAnswer(stream) : undefined;
    this.#taken = new LaneTaken((bytes) => void stream.send(dataMessage(tags.sent, { bytes })));
    stream.onMessage = (message) => this.#take(message);
    void stream.ended.then((error) => this.#left(error));
  }

  /** Fires when nobody waits for it any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Asks for its function version. */
  version(): Promise<Uint8Array> {
    this.#stream.send(bytesMessage(tags.need));
    this.#version = Promise.withResolvers();
    return this.#version.promise;
  }

  /** Runs it, and says how that went. Never rejects. */
  async run(fn: FunctionVersion, runHere: RunHere): Promise<void> {
    try {
      const outcome = await runHere(this.#invocationOf(fn), this.#gone.signal);
      const sinceStartMs = this.#startedAt === undefined ? 0 : this.#clock.now() - this.#startedAt;
      this.#done = true;
      this.#stream.endWith(outcomeMessage(outcome, sinceStartMs));
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#done = true;
    this.#stream.end(error instanceof Error ? error : new Error(String(error)));
  }

  placed(lane: ThreadLane): void {
    this.#lane = lane;
    const { caller } = lane;
    const { account, functionName } = caller ?? {};
    this.#stream.send(dataMessage(tags.placed, { ...lane.at, ...(caller && { caller: { account, functionName } }) }));
  }

  stoodStill(still: boolean): void {
    this.#stream.send(dataMessage(tags.stands, { still }));
  }

  started(startPath: string): void {
    this.#startedAt = this.#clock.now();
    this.#stream.send(dataMessage(tags.started, { startPath }));
  }

  received(data: Uint8Array): void {
    this.#stream.send(bytesMessage(tags.received, data));
    if (this.#window.sent(data) || this.#lanePaused) return;
    this.#lanePaused = true;
    this.#lane?.pause();
    void this.#window.room().then(() => {
      this.#lanePaused = false;
      this.#lane?.resume();
    });
  }

  printed(text: string, stderr?: true): void {
    this.#stream.send(dataMessage(tags.printed, { text, stderr }));
  }

  #begun(): void {
    this.#startedAt = this.#clock.now();
    this.#stream.send(bytesMessage(tags.started));
  }

  #invocationOf(fn: FunctionVersion): Invocation {
    return {
      ...passedOf(this.#order),
      function: fn,
      receivedAt: this.#receivedAt,
      ...(this.#order.watched ? { watcher: this } : { begun: () => this.#begun() }),
      ...(this.#answer !== undefined && { answer: this.#answer }),
      ...(this.#cancel !== undefined && { cancel: this.#cancel.signal }),
    };
  }

  #take(message: Uint8Array): void {
    switch (message[0]) {
      case tags.version:
        return this.#version?.resolve(bytesOf(message));
      case tags.lane:
        return this.#toLane(bytesOf(message));
      case tags.took:
        return this.#window.took(amountIn(dataOf(message), 'bytes'));
      case tags.tookPart:
        return this.#answer?.tookPart();
      case tags.leave:
        return this.#answer?.leave();
      case tags.cancel:
        return this.#cancel?.abort(fromWire(parseWireError(dataOf(message))));
      case tags.gone:
        return this.#gone.abort();
      case tags.renew:
        return this.#lane?.renew();
      case tags.sync:
        return this.#sync(amountIn(dataOf(message), 'n'));
      case tags.calls:
        return this.#calls.calls(this.#lane?.caller, dataOf(message));
      case tags.called:
        return this.#calls.called(dataOf(message));
      default:
        throw new ProtocolError('Another host says of an invocation what is not known here.');
    }
  }

  #toLane(data: Uint8Array): void {
    const lane = this.#lane;
    if (lane === undefined) throw new ProtocolError('Another host sends to a thread that is not placed.');
    if (lane.send(data)) this.#taken.took(data);
    else void lane.drained().then(() => this.#taken.took(data));
  }

  #sync(n: number): void {
    void this.#lane?.synced().then(() => this.#stream.send(dataMessage(tags.synced, { n })));
  }

  /** The other host has gone, or has had enough. A thread ends with whoever watches it; others go on as where a client has gone. */
  #left(error: Error | undefined): void {
    this.#window.over();
    if (this.#done) return;
    this.#version?.reject(error ?? new CancelledError(`The host ${this.#stream.host} wants it no more.`));
    this.#answer?.leave();
    this.#gone.abort();
    if (this.#order.watched)
      this.#cancel?.abort(new CancelledError(`The host ${this.#stream.host}, which had it run, has gone.`));
  }
}
