// What `import … from 'heddle/worker_threads'` gives a program: what `node:worker_threads` exports, with `Worker` replaced.
import { provideConnection } from '../threads/session/connection.ts';
import { openService } from '../platform/service.ts';
import { workerThreads } from './exports.ts';

export * from 'node:worker_threads';
export { setEnvironmentData } from './environment-data.ts';
export { postMessageToThread } from './exports.ts';
export { Worker } from './worker.ts';
export type { WorkerOptions } from './worker-options.ts';
// oxlint-disable-next-line import/no-default-export -- `node:worker_threads` has one
export default workerThreads;

provideConnection(openService);
