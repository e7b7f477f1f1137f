import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { invoke, type Invoked } from '../service/invoke.ts';
import { track } from '../service/process.ts';
import { type BenchService, startService } from '../service/service.ts';
import { median } from '../statistics.ts';
import { ofEach, valuesOf } from './each-build.ts';

const callers = 4;
const hogs = 16;
const quietMs = 2_000;
/** How often a function that nobody has called yet is among them, which needs a container of its own. */
const freshEveryMs = 2_000;
/** What the service says when it gives up on an instance that may only have been slow. */
const lostPattern = /lost|did not answer|unhealthy|did not come up|probe/gi;

interface Stressed {
  readonly quiet: readonly Invoked[];
  readonly busy: readonly Invoked[];
  readonly lost: number;
}

/** Some callers of a warm function, and now and then one of a new one. */
async function call(service: BenchService, forMs: number, phase: string): Promise<readonly Invoked[]> {
  const seen: Invoked[] = [];
  const until = performance.now() + forMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < until) seen.push(await invoke(service, 'echo'));
  };
  const newcomer = async (): Promise<void> => {
    for (let n = 0; performance.now() < until; n += 1) {
      await deploy(service, `${phase}-${n}`);
      seen.push(await invoke(service, `${phase}-${n}`));
      await new Promise((resolve) => setTimeout(resolve, freshEveryMs));
    }
  };
  await Promise.all([newcomer(), ...Array.from({ length: callers }, caller)]);
  return seen;
}

async function stressed(service: BenchService, forMs: number): Promise<Stressed> {
  await deploy(service, 'echo');
  const quiet = await call(service, quietMs, 'quiet');
  const before = service.log().length;
  const hog = track(spawn('stress-ng', ['--cpu', String(hogs), '--quiet'], { stdio: 'ignore' }));
  const ended = once(hog, 'exit');
  try {
    const busy = await call(service, forMs, 'busy');
    return { quiet, busy, lost: [...service.log().slice(before).matchAll(lostPattern)].length };
  } finally {
    hog.kill('SIGTERM');
    await ended;
  }
}

async function isInstalled(): Promise<boolean> {
  const child = spawn('stress-ng', ['--version'], { stdio: 'ignore' });
  return await new Promise((resolve) => child.once('exit', () => resolve(true)).once('error', () => resolve(false)));
}

const bad = (answers: readonly Invoked[]): number =>
  answers.filter(({ status, functionError }) => status !== 200 || functionError !== undefined).length;
const starts = (answers: readonly Invoked[]): readonly number[] =>
  answers.map(({ startMs }) => startMs).filter((ms) => !Number.isNaN(ms));

/** The service beside work that takes all processors: a busy machine is not a broken one. */
export const stressRow: Row = {
  name: 'stress',
  about: `beside "stress-ng --cpu ${hogs}": instances lost, failed answers, start times`,
  // The driver whose own work is the most that can be starved.
  drivers: ['gvisor'],
  run: async function* ({ builds, driver, full, note }) {
    if (!(await isInstalled())) {
      note('left out: stress-ng is not installed (apt-get install stress-ng)');
      return;
    }
    const seen = await ofEach(builds, async (build) => {
      await using service = await startService({ build, driver });
      return await stressed(service, full ? 300_000 : 10_000);
    });
    yield { what: 'p50 start, quiet', unit: 'ms', values: valuesOf(seen, ({ quiet }) => median(starts(quiet))) };
    yield { what: 'p50 start, stressed', unit: 'ms', values: valuesOf(seen, ({ busy }) => median(starts(busy))) };
    yield { what: 'answers, stressed', unit: 'requests', values: valuesOf(seen, ({ busy }) => busy.length) };
    yield { what: 'failed answers, stressed', unit: 'requests', values: valuesOf(seen, ({ busy }) => bad(busy)) };
    yield { what: 'lost or failed probes in the log', unit: 'times', values: valuesOf(seen, ({ lost }) => lost) };
  },
};
