import { parentPort, workerData } from 'node:worker_threads';
import { nodeRuntimes } from '../../../src/model/runtimes/configuration.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ClassPool } from './class-pool.ts';
import { playOracle } from './oracle.ts';
import { playOnService } from './play.ts';
import { workloadOf } from './workload.ts';

const { seed, memoryMb }: Record<string, number> = workerData;
if (seed === undefined || memoryMb === undefined) throw new TypeError('A comparison needs seed and memoryMb.');
const workload = workloadOf(seed, new VirtualClock().wall());
const everyKind = [256, 512, 1_024, 2_048, 4_096, 10_240].flatMap((mb) =>
  nodeRuntimes.map((runtime) => ({ runtime, memoryMb: mb })),
);
parentPort?.postMessage([
  await playOnService(workload, memoryMb, seed),
  new ClassPool(memoryMb, everyKind.slice(0, 1)).play('nodejs24.x-256 only (e520e96)', workload),
  new ClassPool(memoryMb, everyKind).play('one of each kind, as many as fit', workload),
  playOracle(workload, memoryMb),
]);
