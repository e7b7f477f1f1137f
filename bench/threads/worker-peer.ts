import { parentPort, workerData } from 'node:worker_threads';
import { add } from './work.ts';

const seed: number = workerData;
parentPort?.postMessage(add(seed, 1));
