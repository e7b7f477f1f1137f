import { parentPort, workerData } from 'node:worker_threads';
import { Simulation } from './simulate.ts';

const { seed, requests, accounts, memoryMb }: Record<string, number> = workerData;
if (seed === undefined || requests === undefined || accounts === undefined || memoryMb === undefined)
  throw new TypeError('A simulation needs seed, requests, accounts and memoryMb.');
parentPort?.postMessage(await new Simulation({ seed, requests, accounts, memoryMb }).run());
