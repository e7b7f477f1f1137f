import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const file = (name: string): URL => new URL(name, import.meta.url);

/** One `node:worker_threads` Worker from its start to its first answer. */
export async function workerAnswer(seed: number): Promise<void> {
  const worker = new Worker(file('worker-peer.ts'), { workerData: seed });
  await once(worker, 'message');
  await worker.terminate();
}

/** One process by `child_process.fork` from its start to its first answer. */
export async function forkAnswer(seed: number): Promise<void> {
  const child = fork(file('fork-peer.ts'), [String(seed)]);
  await once(child, 'message');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
