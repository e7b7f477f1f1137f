import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Moved } from '../../../protocol/clone.ts';
import { PortOwner } from '../../../protocol/threads/port-owner.ts';
import { threadContextKey, type ThreadContext } from '../../../protocol/threads/thread-context.ts';

/** What a thread's context tells the runtime. */
export interface ThreadEvents {
  /** Bytes of the session in which the thread is a client. */
  session(bytes: Uint8Array): void;
  /** Posted on its port. Throws what cannot be sent. */
  post(value: unknown, moved?: Moved): void;
  /** Came out of the other end: posted by a new owner of the port. */
  relayed(value: unknown): void;
  /** Its port was closed here. */
  closed(): void;
  /** Its code has asked for something by which it may hear of the other end. */
  listens(): void;
}

/**
 * The runtime's ends of a {@link ThreadContext}. Its port and its signal are made when somebody asks for them: a channel costs more
 * than all the rest of a small call.
 */
export class ThreadEnds {
  readonly #events: ThreadEvents;
  readonly #abort = new Lazy(() => new AbortController());
  readonly #channel = new Lazy(() => this.#openChannel());
  #heard: (bytes: Uint8Array) => void = () => undefined;
  #over: () => void = () => undefined;
  #ended = false;
  #portClosed = false;
  /** Its code may hear of the other end. */
  listens = false;

  /** Makes a new context and lets user code find it. */
  constructor(events: ThreadEvents) {
    this.#events = events;
    Reflect.set(globalThis, threadContextKey, this.#context());
  }

  get signal(): AbortSignal {
    return this.#abort.value.signal;
  }

  /** A message for its port. */
  give(value: unknown): void {
    this.#channel.value.outer.postMessage(value);
  }

  /** Its port was closed at the other end; here it closes after what was given. */
  closePort(): void {
    this.#portClosed = true;
    this.#closeMade();
  }

  /** It is asked to stop. */
  abort(reason: unknown): void {
    this.#abort.value.abort(reason);
  }

  /** Bytes of its session that came in. */
  received(bytes: Uint8Array): void {
    this.#heard(bytes);
  }

  /** The thread is over: what was posted until now is relayed; its ports deliver nothing any more. */
  end(): void {
    this.#over();
    this.#ended = true;
    const outer = this.#channel.made?.outer;
    if (outer === undefined) return;
    for (let posted = receiveMessageOnPort(outer); posted !== undefined; posted = receiveMessageOnPort(outer))
      this.#events.relayed(posted.message);
    this.#closeMade();
  }

  #closeMade(): void {
    const { made } = this.#channel;
    made?.owner.silence();
    made?.outer.close();
  }

  #context(): ThreadContext {
    const [channel, abort] = [this.#channel, this.#abort];
    const listen = (): void => {
      this.listens = true;
      if (!this.#ended) this.#events.listens();
    };
    return {
      get port() {
        listen();
        return channel.value.port;
      },
      get signal() {
        listen();
        return abort.value.signal;
      },
      fork: { index: 0, listeners: new Set() },
      session: {
        send: (bytes) => {
          listen();
          this.#events.session(bytes);
        },
        onBytes: (listener) => void (this.#heard = listener),
        onEnd: (listener) => void (this.#over = listener),
      },
    };
  }

  #openChannel(): { readonly port: MessagePort; readonly outer: MessagePort; readonly owner: PortOwner } {
    const { port1: port, port2: outer } = new MessageChannel();
    // Neither keeps a thread that has nothing else to do.
    port.unref();
    outer.unref();
    const post = (value: unknown, moved?: Moved): void => this.#events.post(value, moved);
    const owner = new PortOwner(port, post, () => this.#events.closed());
    outer.on('message', (value: unknown) => this.#events.relayed(value));
    outer.on('close', () => owner.closed());
    if (this.#ended || this.#portClosed) {
      owner.silence();
      outer.close();
    }
    return { port, outer, owner };
  }
}

/** Made when it is first needed. */
class Lazy<T> {
  readonly #make: () => T;
  made: T | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get value(): T {
    return (this.made ??= this.#make());
  }
}
