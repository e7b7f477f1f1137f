// What `import … from 'heddle'` gives code that runs in a thread: bundled with it in place of the package's own entry.
import type { InsideThread } from './threads/inside/outside.ts';
import { ownContext } from './threads/inside/context.ts';
import { expectInside, spawnInside, startInside } from './threads/inside/start-inside.ts';
import { remoteModule, type Remote } from './threads/modules/remote-module.ts';
import type { RemoteOptions } from './threads/modules/remote.ts';
import { ThreadPool, type PoolOptions, type StartPooled } from './threads/pool/thread-pool.ts';
import { scopeBy, type Scope } from './threads/scope.ts';
import { ClientSession, type Connect } from './threads/session/client-session.ts';
import { provideConnection } from './threads/session/connection.ts';

export { RevisionConflictError, SharingError } from '../model/sharing.ts';
export type { WaitOptions } from './sharing/ask.ts';
export { Channel } from './sharing/channel.ts';
export { Counter } from './sharing/counter.ts';
export { Dict, type Versioned } from './sharing/dict.ts';
export type { Held } from './sharing/held.ts';
export { type Lock, locks, type LockOptions } from './sharing/locks.ts';
export { Barrier, Latch } from './sharing/meeting.ts';
export { Mutex } from './sharing/mutex.ts';
export { Semaphore } from './sharing/semaphore.ts';
export { ThreadLocal } from './sharing/thread-local.ts';
export { durable } from './durable/durable.ts';
export { DurableError } from './durable/durable-error.ts';
export { HostLostError } from './threads/session/host-lost.ts';
export type { Durable, StepOptions } from './durable/durable-run.ts';
export { CapturedVariableError } from './code/captured-variable-error.ts';
export { CodeError } from './code/code-error.ts';
export { CallRefusedError, PortionError } from './portions/portion-error.ts';
export { trusted, untrusted } from './portions/in-thread.ts';
export { RemoteError } from './threads/errors.ts';
export { spawnInside as spawn } from './threads/inside/start-inside.ts';
export { attach } from './threads/thread/start-thread.ts';
export { Thread } from './threads/thread/thread.ts';

/** The thread that this code runs in. */
export const thread: InsideThread = {
  get forkIndex() {
    return ownContext().fork.index;
  },
  onFork(listener) {
    const { listeners } = ownContext().fork;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  get port() {
    return ownContext().port;
  },
  get signal() {
    return ownContext().signal;
  },
};

/** The bundle itself, as the runtime has loaded it. */
const bundleUrl = 'file:///var/task/index.mjs';

/**
 * Path of the module that was bundled, where its caller has it; our bundler puts it here, others do not. Empty for a single function.
 */
declare const __heddleEntry: string | undefined;

/**
 * Threads of functions of this very module: `remote<typeof import('./this.ts')>(import.meta.url)`. The files that came along with it do so
 * again.
 */
export function remote<M extends object>(module: URL | string, options: RemoteOptions = {}): Remote<M> {
  const start = startOwn(module);
  return remoteModule<M>(
    (exportName, args, own, extras) => start(exportName, args, { ...options, ...own }, extras),
    expectInside(options),
  );
}

/** The same, so many at a time. */
export class Pool<M extends object> extends ThreadPool<M> {
  constructor(module: URL | string, options: PoolOptions = {}) {
    super(startOwn(module), expectInside(), options);
  }
}

/** `scope` of threads that may run here, where there is no room for them. */
export function scope<R>(body: (scope: Scope) => Promise<R>): Promise<R> {
  return scopeBy(spawnInside, body);
}

/** There is one service, and so nothing to connect to. Throws. */
export function connect(): never {
  throw new Error('A thread uses the service that it runs in: it can connect to no other.');
}

/** The service goes on without its threads, and not the other way round. Throws. */
export function shutdown(): never {
  throw new Error('A thread uses the service that it runs in: it cannot leave that before it ends.');
}

function startOwn(module: URL | string): StartPooled {
  if (isOwn(String(module)))
    return (exportName, args, options, extras) => startInside(bundleUrl, exportName, args, options, extras);
  throw new TypeError(
    `A thread was to make threads of ${String(module)}. Its code was bundled before it was sent, so it can only make them of its own ` +
      'module, which is import.meta.url there: export from it what is to run in threads.',
  );
}

/** Modules that ask where they are get an answer below `files/`, in the relative places they had. */
function isOwn(url: string): boolean {
  if (url === bundleUrl) return true;
  const place = url.split('/files/')[1];
  return (
    place !== undefined && typeof __heddleEntry === 'string' && __heddleEntry.endsWith(`/${decodeURIComponent(place)}`)
  );
}

function apart(): Error {
  return new Error(
    'This thread was started with `apart: true`: its code can neither start threads nor reach what threads share.',
  );
}

const byLane: Connect = async (events) => {
  const { session } = ownContext();
  session.onBytes((bytes) => (bytes.length === 0 ? events.onClose(apart(), true) : events.onBytes(bytes)));
  return { send: (bytes) => session.send(bytes), close: () => undefined, ref: () => undefined };
};

provideConnection(async () => {
  const session = await ClientSession.open(byLane);
  // The next thread in this container is somebody else.
  ownContext().session.onEnd(() => session.close());
  return { session, close: async () => session.close() };
});
