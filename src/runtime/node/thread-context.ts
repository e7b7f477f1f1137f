import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { threadContextKey, type ThreadContext } from '../../protocol/thread-context.ts';

/** The other ends of a {@link ThreadContext}. */
export interface ThreadEnds extends ThreadContext {
  /** Whatever is posted on `port` comes out here, and the other way round. */
  readonly outer: MessagePort;
  readonly abort: AbortController;
  /** Bytes of its session that came in. */
  received(bytes: Uint8Array): void;
  /** The thread is over. */
  end(): void;
}

/** Makes a new context and lets user code find it. */
export function openThreadContext(send: (bytes: Uint8Array) => void): ThreadEnds {
  const { port1: port, port2: outer } = new MessageChannel();
  const abort = new AbortController();
  // Neither keeps a thread that has nothing else to do.
  port.unref();
  outer.unref();
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let end = (): void => undefined;
  const session = {
    send,
    onBytes: (heard: typeof listener) => void (listener = heard),
    onEnd: (ended: typeof end) => void (end = ended),
  };
  const context: ThreadContext = { port, signal: abort.signal, session };
  Reflect.set(globalThis, threadContextKey, context);
  return { ...context, outer, abort, received: (bytes) => listener(bytes), end: () => end() };
}
