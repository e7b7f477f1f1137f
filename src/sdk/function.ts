// What `import … from 'heddle'` gives code of a function: `heddle deploy` bundles it with that in place of the package's own entry.
import { findConnection } from './connection.ts';
import { SessionOpener } from './threads/session/addresses.ts';
import type { RemoteOptions } from './threads/modules/remote.ts';
import type { Remote } from './threads/modules/remote-module.ts';
import { ThreadPool, type PoolOptions } from './threads/pool/thread-pool.ts';
import { provideConnection } from './threads/session/connection.ts';

export { RevisionConflictError, SharingError } from '../model/sharing.ts';
export { Channel } from './sharing/channel.ts';
export { Counter } from './sharing/counter.ts';
export { Dict } from './sharing/dict.ts';
export { locks } from './sharing/locks.ts';
export { Barrier, Latch } from './sharing/meeting.ts';
export { Mutex } from './sharing/mutex.ts';
export { Semaphore } from './sharing/semaphore.ts';
export { ThreadLocal } from './sharing/thread-local.ts';
export { durable } from './durable/durable.ts';
export { DurableError } from './durable/durable-error.ts';
export type { Durable, StepOptions } from './durable/durable-run.ts';
export { CapturedVariableError } from './code/captured-variable-error.ts';
export { CodeError } from './code/code-error.ts';
export { CallRefusedError, PortionError } from './portions/portion-error.ts';
export { RemoteError } from './threads/errors.ts';
export { HostLostError } from './threads/session/host-lost.ts';
/** What `heddle deploy` puts in place of modules that are portions calls this. */
export { deployedPortion } from './portions/in-function.ts';
export { trusted, untrusted } from './portions/in-function.ts';
export { thread } from './threads/inside/outside.ts';
export { scope } from './threads/scope.ts';
export { connect } from './threads/session/connect.ts';
export { shutdown } from './threads/session/connection.ts';
export { spawn } from './threads/spawn.ts';
export { attach } from './threads/thread/start-thread.ts';
export { Thread } from './threads/thread/thread.ts';

/** A function is sent without what bundles modules. Throws. */
export function remote<M extends object>(module: URL | string, _options: RemoteOptions = {}): Remote<M> {
  throw noBundler(module);
}

/** The same. Its constructor throws. */
export class Pool<M extends object> extends ThreadPool<M> {
  constructor(module: URL | string, options: PoolOptions = {}) {
    const refuse = (): never => {
      throw noBundler(module);
    };
    super(refuse, refuse, options);
    throw noBundler(module);
  }
}

function noBundler(module: URL | string): Error {
  return new TypeError(
    `A function was to make threads of ${String(module)}, and has nothing that bundles modules. Give \`spawn\` a function, which is sent as ` +
      'its text, or deploy the module as a function of its own and call that.',
  );
}

let opener: SessionOpener | undefined;

// The service that the function runs on; its address and key are in the environment.
provideConnection(async () => {
  if (!process.env['HEDDLE_URL'])
    throw new Error(
      'This function does not find the service that its threads would run on: HEDDLE_URL is not set. It never is where the policy is `none`.',
    );
  opener ??= SessionOpener.of(findConnection('/nowhere', process.env));
  const session = await opener.open();
  return { session, close: async (reason) => session.close(reason) };
});
