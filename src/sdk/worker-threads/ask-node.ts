import { Worker as NodeWorker } from 'node:worker_threads';

/**
 * Asks a Worker of Node's own that does not run. Throws what it throws for arguments that it would not take, and gives else what
 * it gives: a rejection.
 */
export function askNode(method: string, args: readonly unknown[]): Promise<never> {
  return Reflect.apply(Reflect.get(NodeWorker.prototype, method), {}, args);
}
