import type { Clock } from '../../model/clock.ts';
import { InstanceLostError, ProtocolError } from '../../model/errors.ts';
import type { AnswerSource } from '../../model/invocations/answer-stream.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import { PeerLostError, type PeerStream } from '../contract.ts';
import { amountIn, fieldsOf, flagIn, textIn } from '../fields.ts';
import { NotBegunError } from '../placement/run-again.ts';
import { fromWire, parseWireError, toWire } from '../peers/link/wire-error.ts';
import { bytesMessage, bytesOf, dataMessage, dataOf, tags } from './messages.ts';
import { readOutcome, startPathIn } from './outcome.ts';
import { RemoteCaller } from './remote-caller.ts';
import { RemoteLane } from './remote-lane.ts';

/** An invocation that another host runs, as the one sees it that has its request. */
export class RemoteRun {
  readonly outcome: Promise<InvocationOutcome>;
  readonly #stream: PeerStream;
  readonly #invocation: Invocation;
  /** Its function version, for a host that does not know it. */
  readonly #version: Uint8Array;
  readonly #clock: Clock;
  readonly #lane: RemoteLane | undefined;
  readonly #resolve: (outcome: InvocationOutcome) => void;
  readonly #reject: (error: unknown) => void;
  /** When it was heard that user code begins, on this host's clock. */
  #startedAt: number | undefined;
  #over = false;

  constructor(stream: PeerStream, invocation: Invocation, version: Uint8Array, signal: AbortSignal, clock: Clock) {
    this.#stream = stream;
    this.#invocation = invocation;
    this.#version = version;
    this.#clock = clock;
    this.#lane = invocation.watcher && new RemoteLane(stream, invocation.watcher);
    const { promise, resolve, reject } = Promise.withResolvers<InvocationOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { cancel } = invocation;
    const gone = (): void => void stream.send(bytesMessage(tags.gone));
    const cancelled = (): void => void stream.send(dataMessage(tags.cancel, { ...toWire(cancel?.reason) }));
    signal.addEventListener('abort', gone, { once: true });
    cancel?.addEventListener('abort', cancelled, { once: true });
    if (cancel?.aborted === true) cancelled();
    stream.onMessage = (message) => this.#take(message);
    // Until it has begun: what has is given up with its host only.
    stream.expectsWord = true;
    void stream.ended.then((error) => {
      signal.removeEventListener('abort', gone);
      cancel?.removeEventListener('abort', cancelled);
      this.#ended(error);
    });
  }

  #take(message: Uint8Array): void {
    const { answer } = this.#invocation;
    switch (message[0]) {
      case tags.need:
        return void this.#stream.send(bytesMessage(tags.version, this.#version));
      case tags.placed:
        return this.#placed(message);
      case tags.started:
        return this.#started(message);
      case tags.received:
        return this.#lane?.received(bytesOf(message));
      case tags.printed:
        return this.#printed(message);
      case tags.began:
        return this.#began(message);
      case tags.part:
        return answer?.part(bytesOf(message));
      case tags.paused:
        return answer?.paused?.(fromWire(parseWireError(dataOf(message))));
      case tags.synced:
        return this.#lane?.hasSynced(amountIn(dataOf(message), 'n'));
      case tags.stands:
        return this.#lane?.stands(flagIn(dataOf(message), 'still'));
      case tags.sent:
        return this.#lane?.sent(amountIn(dataOf(message), 'bytes'));
      case tags.outcome:
        return this.#finished(message);
      default:
        throw new ProtocolError('Another host says of an invocation what is not known here.');
    }
  }

  #placed(message: Uint8Array): void {
    if (this.#lane === undefined) return;
    // Who its code is to what it calls, where somebody counts that.
    const { caller } = message.length > 1 ? dataOf(message) : {};
    if (caller !== undefined) {
      const fields = fieldsOf(caller);
      const [account, functionName] = [textIn(fields, 'account'), textIn(fields, 'functionName')];
      this.#lane.caller = new RemoteCaller(this.#stream, account, functionName);
    }
    this.#invocation.watcher?.placed(this.#lane.placedAt(message));
  }

  #started(message: Uint8Array): void {
    this.#startedAt = this.#clock.now();
    this.#stream.expectsWord = false;
    const { watcher, receivedAt, begun } = this.#invocation;
    if (watcher === undefined) return begun?.();
    watcher.started(startPathIn(dataOf(message)), this.#startedAt - receivedAt, this.#stream.host);
  }

  #printed(message: Uint8Array): void {
    const data = dataOf(message);
    const text = textIn(data, 'text');
    if (data['stderr'] === true) this.#invocation.watcher?.printed(text, true);
    else this.#invocation.watcher?.printed(text);
  }

  #began(message: Uint8Array): void {
    const data = dataOf(message);
    const send = (tag: typeof tags.tookPart | typeof tags.leave): void => void this.#stream.send(bytesMessage(tag));
    const source: AnswerSource = { took: () => send(tags.tookPart), leave: () => send(tags.leave) };
    const start = {
      contentType: textIn(data, 'contentType'),
      startPath: startPathIn(data),
      startMs: (this.#startedAt ?? this.#clock.now()) - this.#invocation.receivedAt,
      instanceId: textIn(data, 'instanceId'),
      containerId: textIn(data, 'containerId'),
    };
    this.#invocation.answer?.began(start, source);
  }

  #finished(message: Uint8Array): void {
    const now = this.#clock.now();
    // What is said of the beginning may have come together with the end, and late.
    const outcome = readOutcome(message, this.#stream.host, (sinceMs) => {
      const beganBy = Math.min(this.#startedAt ?? now, now - sinceMs);
      return Math.max(0, beganBy - this.#invocation.receivedAt);
    });
    this.#over = true;
    this.#lane?.over();
    this.#resolve(outcome);
  }

  #ended(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#lane?.over();
    this.#reject(error instanceof PeerLostError ? this.#lostWith(error) : (error ?? this.#silent()));
  }

  /** Whether it may be run again is known by what was heard of it, and by how its host was lost. */
  #lostWith(error: PeerLostError): Error {
    const { host } = this.#stream;
    // Of a process that has ended, as of an instance: what it had not said that it begins, it has not begun, or ended with it in its first moment.
    if (this.#startedAt === undefined && (error.unsent || error.hungUp))
      return new NotBegunError(`It was not begun on host ${host}: ${error.message}`, { cause: error });
    const begun = this.#startedAt === undefined ? 'may have begun' : 'had begun';
    const lost = new InstanceLostError(`The host ${host} is lost, on which it ${begun} to run: ${error.message}`);
    lost.cause = error;
    return lost;
  }

  #silent(): Error {
    return new ProtocolError(`Host ${this.#stream.host} ended an invocation without an outcome.`);
  }
}
