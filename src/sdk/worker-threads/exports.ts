import * as node from 'node:worker_threads';
import { setEnvironmentData } from './environment-data.ts';
import { running, Worker } from './worker.ts';

/** As Node's own; Workers that run elsewhere are reached through their containers. */
export async function postMessageToThread(
  threadId: number,
  value?: unknown,
  ...rest: readonly unknown[]
): Promise<void> {
  const worker = running.get(threadId);
  if (worker === undefined || threadId === node.threadId)
    return Reflect.apply(node.postMessageToThread, node, [threadId, value, ...rest]);
  const [transfer, timeoutMs] = Array.isArray(rest[0]) ? rest : [[], rest[0]];
  await worker.messageToThread(
    value,
    Array.isArray(transfer) ? transfer : [],
    typeof timeoutMs === 'number' ? timeoutMs : undefined,
  );
}

/** All that `node:worker_threads` exports, with Workers that run elsewhere. */
export const workerThreads: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(node).filter(([name]) => name !== 'default')),
  Worker,
  setEnvironmentData,
  postMessageToThread,
};
