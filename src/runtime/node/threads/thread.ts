import { Demand, encodeGiven } from '../../../protocol/threads/demand.ts';
import { decodeValue, encodeMessage, encodeValue } from '../../../protocol/clone.ts';
import { decodeAbort, decodeArguments } from '../../../protocol/threads/arguments.ts';
import {
  decodeCall,
  encodeCarried,
  laneKinds,
  laneMessage,
  openLaneMessage,
  partBytes,
  PartsIn,
  type Call,
  type LaneKind,
} from '../../../protocol/threads/lane.ts';
import { isObedience, ThreadObeyed } from '../../../protocol/threads/obeyed.ts';
import { ProtocolError } from '../../../model/errors.ts';
import { pickFunction } from '../loading/load-handler.ts';
import { processUsage } from '../resources/memory.ts';
import { ThreadEnds } from './thread-context.ts';

/** What goes from a thread to the other end of its lane, and that something may come from there. */
interface ThreadWay {
  readonly send: (message: Buffer) => void;
  readonly listens: () => void;
}

/** One thread, from its call to its answer: the runtime's end of its lane. */
export class Thread {
  readonly call: Call;
  readonly #send: (message: Buffer) => void;
  readonly #args = new PartsIn();
  readonly #demand = new Demand();
  readonly #ends: ThreadEnds;
  readonly #cpuBeforeMs: number;
  /** Of the signals among its arguments, when those are there, and which have fired before. */
  #controllers: readonly AbortController[] | undefined;
  readonly #fired: ReturnType<typeof decodeAbort>[] = [];
  #closed = false;
  #said = false;

  /**
   * `cpuBeforeMs`: processor time of this process until now. `listens` is called when it begins to listen to its lane. Throws ProtocolError
   * if `payload` is no call.
   */
  constructor(payload: Uint8Array, cpuBeforeMs: number, { send, listens }: ThreadWay) {
    this.#cpuBeforeMs = cpuBeforeMs;
    this.call = decodeCall(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
    this.#send = send;
    this.#ends = new ThreadEnds({
      session: (bytes) => this.#say(laneKinds.session, bytes),
      post: (value, moved) => this.#say(laneKinds.post, encodeMessage(value, moved)),
      relayed: (value) => this.#say(laneKinds.post, encodeValue(value)),
      closed: () => this.#say(laneKinds.close, Buffer.alloc(0)),
      listens,
    });
  }

  /** Whether what may come on its lane is something that it waits for, or may wait for. */
  get listens(): boolean {
    const { streams, exportName } = this.call;
    return streams || exportName === '' || this.#ends.listens || (this.#controllers ?? []).length > 0;
  }

  /** Whether it has used its lane: then something may come on that for it. */
  get said(): boolean {
    return this.#said;
  }

  /** A message of the lane from the other end. */
  receive(data: Uint8Array): void {
    const { kind, body } = openLaneMessage(data);
    switch (kind) {
      case laneKinds.post:
        return this.#ends.give(decodeValue(body));
      case laneKinds.close:
        return this.#ends.closePort();
      case laneKinds.cancel:
        return this.#ends.abort(decodeValue(body));
      case laneKinds.want:
        return this.#demand.add(body.readUInt32LE(0));
      case laneKinds.abort:
        return this.#fire(decodeAbort(body));
      case laneKinds.part:
        return this.#args.add(body);
      case laneKinds.session:
        return this.#ends.received(body);
      case laneKinds.usage:
        return this.#say(laneKinds.usage, encodeValue(this.#usage()));
      case laneKinds.recall:
      case laneKinds.next:
      case laneKinds.back:
        // Of several in one, of which this is none, or the last.
        return;
      case laneKinds.item:
        throw new ProtocolError('A thread was sent an item of a stream.');
    }
  }

  /** Resolves with the arguments when all of them are there. */
  async arguments(): Promise<readonly unknown[]> {
    const { args, controllers } = decodeArguments(await this.#args.whole(this.call.args));
    this.#controllers = controllers;
    for (const fired of this.#fired.splice(0)) this.#fire(fired);
    return args;
  }

  #fire(fired: ReturnType<typeof decodeAbort>): void {
    if (this.#controllers === undefined) this.#fired.push(fired);
    else this.#controllers[fired.index]?.abort(fired.reason);
  }

  /** Calls the export; gives the payload of the answer. Throws what user code throws, or what cannot be sent. */
  async run(exports: unknown, args: readonly unknown[], onBegin: () => void): Promise<Buffer> {
    const { exportName } = this.call;
    if (exportName === '') return this.#waitForCancel(onBegin);
    const target = pickFunction(exports, exportName, [exportName]);
    onBegin();
    const sendItem = (item: unknown): void => this.#say(laneKinds.item, encodeValue(item));
    try {
      return this.#carried(await encodeGiven(this.call, target(...args), this.#demand, sendItem));
    } catch (error) {
      throw isObedience(error, this.#ends.signal) ? new ThreadObeyed() : error;
    }
  }

  /** A call of nothing: the module is loaded, and that was the purpose. */
  async #waitForCancel(onBegin: () => void): Promise<Buffer> {
    onBegin();
    const { signal } = this.#ends;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return this.#carried(encodeValue(undefined));
  }

  /** What was posted until now is on its way; its ports deliver nothing any more. */
  close(): void {
    this.#ends.end();
    this.#closed = true;
  }

  #carried(bytes: Buffer): Buffer {
    const { resultBytesMax } = this.call;
    if (bytes.length > resultBytesMax)
      throw new RangeError(
        `The result of a thread has ${bytes.length} bytes; at most ${resultBytesMax} are allowed (\`valueBytesMax\`).`,
      );
    if (bytes.length <= partBytes) return encodeCarried({ bytes });
    for (let at = 0; at < bytes.length; at += partBytes) this.#say(laneKinds.part, bytes.subarray(at, at + partBytes));
    return encodeCarried({ partsBytes: bytes.length });
  }

  #usage(): { readonly cpuMs: number; readonly peakMb: number } {
    const { cpuMs, memoryPeakMb } = processUsage();
    return { cpuMs: cpuMs - this.#cpuBeforeMs, peakMb: memoryPeakMb };
  }

  #say(kind: LaneKind, body: Uint8Array): void {
    // Code that goes on after the end of its thread: the lane is the next one's.
    if (this.#closed) return;
    this.#said = true;
    this.#send(laneMessage(kind, body));
  }
}
