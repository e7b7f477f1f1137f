import { expectThreads } from '../modules/expect.ts';
import { moduleTarget } from '../modules/remote.ts';
import { startThread } from '../thread/start-thread.ts';
import { ThreadPool, type PoolOptions } from './thread-pool.ts';

/** A module's threads, so many at a time. Disposing of it cancels what runs and what waits; it starts no more then. */
export class Pool<M extends object> extends ThreadPool<M> {
  /** `module` is what `remote` takes. Throws RangeError for sizes that are none. */
  constructor(module: URL | string, options: PoolOptions = {}) {
    const code = moduleTarget(module, options);
    super(
      (exportName, args, own, extras) => startThread({ exportName, code }, args, own, extras),
      expectThreads(code),
      options,
    );
  }
}
