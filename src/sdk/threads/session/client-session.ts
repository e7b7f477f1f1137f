import { ProtocolError } from '../../../model/errors.ts';
import { limits } from '../../../model/limits.ts';
import { decode } from '../../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../../protocol/framing/frame.ts';
import { parseServiceMessage } from '../../../protocol/session/parse-service.ts';
import { SessionLink, type Wire } from '../../../protocol/session/session-link.ts';
import {
  sessionVersion,
  type ClientMessage,
  type Question,
  type ServiceMessage,
} from '../../../protocol/session/session-messages.ts';
import { later, pause } from '../../platform/timers.ts';
import { answerError } from './answer-error.ts';
import { HostLostError } from './host-lost.ts';

/** What came of an attempt to connect: tells what it receives, and when it is gone. */
export interface WireEvents {
  onBytes(bytes: Uint8Array): void;
  /** `final`: there will be no other connection. */
  onClose(reason: Error, final?: boolean): void;
  /** The service has ended the session; a new one may be begun. */
  onMoved(): void;
}

/** A connection of a client. */
export interface ClientWire extends Wire {
  /** Whether the process stays for it. */
  readonly ref: (held: boolean) => void;
  /** Told where else the service is, if it says so. */
  readonly told?: (addresses: readonly string[]) => void;
}

/** A way to the service; called again when a connection broke. Rejects if there is no connection to be had. */
export type Connect = (events: WireEvents) => Promise<ClientWire>;

/** Who hears what the service says of one thread. */
export interface ThreadListener {
  onMessage(message: ServiceMessage): void;
  /** The session is gone, and with it what the service would have said. `left`: so many of its messages may have come there. */
  onLost(reason: Error, left: number): void;
}

const ackMs = 100;
const retryMs = 100;
const retryMsMax = 2_000;
/** A try that took longer lay in an instance that stood still. */
const tryMsMax = 5_000;
/** How long a service that takes a connection may take to welcome its client, milliseconds. */
const welcomeMsMax = 10_000;

/**
 * A client's end of a session: reconnects where a connection breaks, and loses and doubles nothing by that.
 *
 * This room is between threads and their service. The entry says how a connection is opened (`connection.ts`, or a program by `connect.ts`); the
 * first thread opens it, to a service elsewhere or to one in this process (`embedded-wire.ts`); code is sent by `upload.ts`, once; then each
 * run of a thread listens here. Nothing in the room knows what a thread is.
 */
export class ClientSession {
  readonly #connect: Connect;
  readonly #link = new SessionLink();
  readonly #threads = new Map<string, { readonly listener: ThreadListener; held: boolean }>();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #id: string | undefined;
  #wire: ClientWire | undefined;
  /** The service has said that it has several hosts. */
  #several = false;
  #seq = 0;
  #holds = 0;
  #ended: Error | undefined;
  readonly #over = new AbortController();
  #acknowledging = false;

  private constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Opens a session. Rejects if there is no service there. */
  static async open(connect: Connect): Promise<ClientSession> {
    const session = new ClientSession(connect);
    await session.#open();
    return session;
  }

  /** Fires when it has ended, with why. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Gives the message's number, by which `onLost` says whether it may have come there. */
  send(message: ClientMessage): number {
    if (this.#ended !== undefined) throw this.#ended;
    this.#link.send(message);
    return this.#link.sent;
  }

  /** So much is on its way that whoever can wait should, until `drained`. */
  get crowded(): boolean {
    return this.#link.crowded;
  }

  /** Resolves when what was sent has mostly been taken. */
  drained(): Promise<void> {
    return this.#link.drained();
  }

  /** What the service says of this thread goes to `listener` until its end; until then this process stays, if `held`. */
  listen(thread: string, listener: ThreadListener, held = true): void {
    if (this.#ended !== undefined) throw this.#ended;
    this.#threads.set(thread, { listener, held });
    if (held) this.#hold(1);
  }

  /** Nobody listens to this thread any more. */
  forget(thread: string): void {
    this.hold(thread, false);
    this.#threads.delete(thread);
  }

  /** Who listens to this thread now. */
  listener(thread: string): ThreadListener | undefined {
    return this.#threads.get(thread)?.listener;
  }

  /** Whether this process stays until the thread has ended. */
  hold(thread: string, held: boolean): void {
    const entry = this.#threads.get(thread);
    if (entry === undefined || entry.held === held) return;
    entry.held = held;
    this.#hold(held ? 1 : -1);
  }

  /** Resolves with the service's answer; rejects with an error of the name and message that it gives. */
  ask(question: Question): Promise<unknown> {
    return this.#request((seq) => ({ type: 'ask', seq, question }));
  }

  /** As `ask`, of what threads share. When `signal` fires it is not waited for any more. Rejects with SharingError. */
  share(request: object, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const asked = this.#request((seq) => ({ type: 'ask', seq, question: { about: 'share', request } }));
    const of = this.#seq;
    if (signal === undefined) return asked;
    const stop = (): void => {
      this.#asked.get(of)?.reject(signal.reason);
      void this.ask({ about: 'stop-share', of }).catch(() => undefined);
    };
    signal.addEventListener('abort', stop, { once: true });
    return asked.finally(() => signal.removeEventListener('abort', stop));
  }

  /** One part of code; resolves when the service has taken it. */
  sendCode(code: string, data: Uint8Array, last: boolean): Promise<unknown> {
    return this.#request((seq) => ({ type: 'code', seq, code, data, last }));
  }

  /** Says goodbye: the service ends what is attached, and here it is lost for this reason. */
  close(reason: Error = new Error('The session was closed.')): void {
    this.#end(reason);
  }

  #request(message: (seq: number) => ClientMessage): Promise<unknown> {
    const seq = (this.#seq = (this.#seq + 1) >>> 0);
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(seq, asked);
    this.#hold(1);
    try {
      this.send(message(seq));
    } catch (error) {
      this.#asked.delete(seq);
      this.#hold(-1);
      asked.reject(error);
    }
    return asked.promise;
  }

  async #open(): Promise<void> {
    const welcomed = Promise.withResolvers<void>();
    const open: { wire?: ClientWire } = {};
    const decoder = new FrameDecoder((body) => {
      const message = parseServiceMessage(decode(body));
      if (message.type === 'welcome' && open.wire !== undefined) {
        this.#welcome(message, open.wire);
        welcomed.resolve();
      } else this.#receive(message, body.length);
    });
    const wire = await this.#connect({
      onBytes: (bytes) => {
        try {
          decoder.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        } catch (error) {
          this.#end(error instanceof Error ? error : new Error(String(error)));
        }
      },
      onClose: (reason, final = false) => {
        welcomed.reject(reason);
        if (final) this.#end(reason);
        else if (this.#wire !== undefined && this.#wire === open.wire) this.#broke();
      },
      onMoved: () => {
        welcomed.reject(new Error('The service was about to go on elsewhere.'));
        if (this.#wire !== undefined && this.#wire === open.wire) this.#end(moved());
      },
    });
    open.wire = wire;
    const session = this.#id === undefined ? {} : { session: this.#id };
    const { received } = this.#link;
    wire.send(encodeFrameWhole({ type: 'hello', version: sessionVersion, received, hosts: true, ...session }));
    const late = setTimeout(() => {
      welcomed.reject(new Error(`The service took the connection, and was silent for ${welcomeMsMax} ms.`));
      wire.close();
    }, welcomeMsMax);
    await welcomed.promise.finally(() => clearTimeout(late));
  }

  #welcome(message: ServiceMessage & { readonly type: 'welcome' }, wire: ClientWire): void {
    if (message.hosts !== undefined) this.#told(message.hosts, wire);
    if (this.#id !== undefined && this.#id !== message.session) {
      wire.close();
      return this.#end(
        this.#several
          ? moved()
          : new Error(
              'The service has forgotten this session: it was started anew, or the connection was broken for too long.',
            ),
      );
    }
    this.#id = message.session;
    this.#wire = wire;
    wire.ref(this.#holds > 0);
    this.#link.connect(wire, message.received);
  }

  #receive(message: ServiceMessage, bytes: number): void {
    if (message.type === 'received') return this.#link.acknowledged(message.count);
    this.#link.delivered(bytes);
    this.#acknowledgeSoon();
    if (message.type === 'answer') return this.#answered(message);
    if (message.type === 'hosts') return this.#told(message.urls, this.#wire);
    if (message.type === 'welcome') throw new ProtocolError('The service welcomed its client twice.');
    const entry = this.#threads.get(message.thread);
    if (message.type === 'ended' && this.#threads.delete(message.thread) && entry?.held === true) this.#hold(-1);
    entry?.listener.onMessage(message);
  }

  #told(addresses: readonly string[], wire: ClientWire | undefined): void {
    this.#several = true;
    wire?.told?.(addresses);
  }

  #acknowledgeSoon(): void {
    if (this.#acknowledging) return;
    this.#acknowledging = true;
    later(ackMs, () => {
      this.#acknowledging = false;
      this.#link.acknowledge();
    });
  }

  #answered(message: ServiceMessage & { readonly type: 'answer' }): void {
    const asked = this.#asked.get(message.seq);
    if (!this.#asked.delete(message.seq) || asked === undefined) return;
    this.#hold(-1);
    if (message.ok) return asked.resolve(message.value);
    asked.reject(answerError(message.error));
  }

  /** While something is awaited, the process stays. */
  #hold(change: 1 | -1): void {
    this.#holds += change;
    if (this.#holds === (change === 1 ? 1 : 0)) this.#wire?.ref(this.#holds > 0);
  }

  #broke(): void {
    this.#wire = undefined;
    this.#link.disconnect();
    if (this.#ended === undefined) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    // Not by a deadline: it may run in an instance that stands still for as long as anybody likes, and whose clock goes on.
    let triedMs = 0;
    for (let pauseMs = retryMs; this.#ended === undefined; pauseMs = Math.min(pauseMs * 2, retryMsMax)) {
      const began = performance.now();
      try {
        return await this.#open();
      } catch (cause) {
        triedMs += Math.min(performance.now() - began, tryMsMax) + pauseMs;
        if (triedMs > limits.sessionResumeMsMax)
          return this.#end(
            this.#several ? moved(cause) : new Error('The connection to the service is lost.', { cause }),
          );
      }
      await pause(pauseMs);
    }
  }

  #end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    const { left } = this.#link;
    this.#link.end();
    this.#wire?.close();
    for (const asked of this.#asked.values()) asked.reject(reason);
    for (const { listener } of this.#threads.values()) listener.onLost(reason, left);
    this.#asked.clear();
    this.#threads.clear();
    this.#over.abort(reason);
  }
}

function moved(cause?: unknown): HostLostError {
  return new HostLostError(
    'The host of the service that had this session is gone, or has given it up: what was under way there is lost, and so is what its threads shared.',
    { cause },
  );
}
