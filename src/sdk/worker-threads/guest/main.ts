import type { MessagePort } from 'node:worker_threads';
import type { Setup } from '../relay/frames.ts';
import { WorkerHost } from './worker-host.ts';

/** Runs one real Worker to its end; what happens to it goes to the thread's port. Called by the runtime as a thread's export. */
export async function run(setup: Setup): Promise<void> {
  await new WorkerHost(setup, threadPort(), import.meta.dirname).ended;
}

function threadPort(): MessagePort {
  const context: { readonly port: MessagePort } = Reflect.get(globalThis, Symbol.for('heddle.thread'));
  return context.port;
}
