import { RemoteError } from '../threads/errors.ts';

/** What V8 prints when it ends a process that needs a larger heap than it may have. */
const heapWords = /JavaScript (?:heap )?out of memory/;

/** What Node's own Worker would tell of the end of its thread, where it would tell something. */
export function workerError(error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  if (error.kind === 'oom' || (error.remoteName === 'Runtime.ExitError' && heapWords.test(error.logTail)))
    return coded(
      'ERR_WORKER_OUT_OF_MEMORY',
      'Worker terminated due to reaching memory limit: its container had no more',
      error,
    );
  if (error.kind === 'capacity')
    return coded('ERR_WORKER_INIT_FAILED', `Worker initialization failure: ${error.message}`, error);
  return error;
}

function coded(code: string, message: string, cause: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
