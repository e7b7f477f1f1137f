import { registerHooks } from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** What code in a thread finds by `import { … } from 'heddle'`. */
export interface ThreadContext {
  /** Messages to and from whoever started the thread. */
  readonly port: MessagePort;
  /** Fires when the thread is asked to stop; its `reason` is what the caller gave. */
  readonly signal: AbortSignal;
}

/** The other ends of a {@link ThreadContext}. */
export interface ThreadEnds extends ThreadContext {
  /** Whatever is posted on `port` comes out here, and the other way round. */
  readonly outer: MessagePort;
  readonly abort: AbortController;
}

/** Makes a new context and lets user code find it. */
export function openThreadContext(): ThreadEnds {
  const { port1: port, port2: outer } = new MessageChannel();
  const abort = new AbortController();
  // Neither keeps a thread that has nothing else to do.
  port.unref();
  outer.unref();
  const context: ThreadContext = { port, signal: abort.signal };
  Reflect.set(globalThis, contextKey, context);
  provideModule();
  return { ...context, outer, abort };
}

const contextKey = Symbol.for('heddle.thread');
const moduleUrl = 'heddle:thread';
let provided = false;

/** Getters on live bindings are not to be had from here, so each export is an object that looks the context up. */
const source = `
const context = () => globalThis[Symbol.for('heddle.thread')];
export const thread = { get port() { return context().port; }, get signal() { return context().signal; } };
export default thread;
`;

/** Only now, because hooks make every later import slower. */
function provideModule(): void {
  if (provided) return;
  provided = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'heddle' ? { url: moduleUrl, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === moduleUrl ? { format: 'module', source, shortCircuit: true } : next(url, context),
  });
}
