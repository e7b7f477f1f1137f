// `npm run bench` and `heddle bench`: what Heddle costs on this machine, beside its peers in the same run.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startPaths, type StartPath } from '../src/model/start-path.ts';
import { goalsOf } from './goals.ts';
import { benchMemory, type MemoryCost } from './memory.ts';
import { render } from './print.ts';
import { benchRoundTrip, type Pinning, type RoundTrip } from './round-trip.ts';
import { benchStartPaths } from './start-paths.ts';
import type { ThreadRow } from './threads/client.ts';
import { benchThreads } from './threads/run.ts';
import type { Summary } from './statistics.ts';
import { nodeStartMs } from './yardstick.ts';

/** Everything that was measured, as `--json` writes it. */
export interface BenchResult {
  readonly node: string;
  /** What bare Node takes to start and end here, milliseconds. */
  readonly nodeStartMs: number;
  readonly startPaths: readonly { driver: string; paths: Readonly<Record<StartPath, Summary>> }[];
  readonly roundTrips: readonly { pinning: string; connections: number; servers: readonly RoundTrip[] }[];
  readonly memory: readonly ({ driver: string } & MemoryCost)[];
  readonly threads: readonly { driver: string; rows: readonly ThreadRow[] }[];
}

const pinnings: readonly Pinning[] = [
  { name: 'all on one core', servers: '0', load: '0' },
  { name: 'load generator on a core of its own', servers: '0', load: '1' },
  { name: 'both cores for all', servers: '0,1', load: '0,1' },
];

const { values } = parseArgs({
  options: {
    driver: { type: 'string', multiple: true, default: ['host', 'gvisor', 'microvm'] },
    only: { type: 'string', multiple: true, default: ['starts', 'round-trips', 'memory', 'threads'] },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const drivers = values.driver.flatMap((text) => text.split(','));
const parts = values.only.flatMap((text) => text.split(','));
const report = (line: string): void => void process.stderr.write(`${line}\n`);
const yardstickMs = nodeStartMs();

const starts: { driver: string; paths: Readonly<Record<StartPath, Summary>> }[] = [];
const plan = values.quick ? { fast: 20, cold: 5 } : { fast: 200, cold: 30 };
if (parts.includes('starts'))
  for (const driver of drivers) {
    report(`${driver}: request→code-start by ${startPaths.join(', ')}`);
    starts.push({ driver, paths: await benchStartPaths(driver, '0,1', plan, report) });
  }

const roundTrips: { pinning: string; connections: number; servers: readonly RoundTrip[] }[] = [];
// V8 goes on compiling a service's code for some 20,000 requests; a bare server has less of it, and is done sooner.
const load = values.quick
  ? { warmUpRequests: 3_000, warmUpMs: 5_000, measureMs: 1_000, rounds: 1 }
  : { warmUpRequests: 30_000, warmUpMs: 20_000, measureMs: 2_000, rounds: 3 };
if (parts.includes('round-trips'))
  for (const connections of [1, 16])
    for (const pinning of pinnings) {
      report(`warm round trip, ${connections} connection(s), ${pinning.name}`);
      const servers = await benchRoundTrip(drivers, pinning, { ...load, connections });
      roundTrips.push({ pinning: pinning.name, connections, servers });
    }

const memory: ({ driver: string } & MemoryCost)[] = [];
if (parts.includes('memory'))
  for (const driver of drivers) {
    report(`${driver}: memory of idle instances and containers`);
    memory.push({ driver, ...(await benchMemory(driver)) });
  }

const threads: { driver: string; rows: readonly ThreadRow[] }[] = [];
if (parts.includes('threads'))
  for (const driver of drivers) {
    report(`${driver}: threads`);
    threads.push({ driver, rows: await benchThreads(driver, values.quick) });
  }

const result: BenchResult = {
  node: process.version,
  nodeStartMs: yardstickMs,
  startPaths: starts,
  roundTrips,
  memory,
  threads,
};
const goals = goalsOf(result);
process.stdout.write(`${render(result, goals, process.stdout)}\n`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ ...result, goals }, null, 2)}\n`);
