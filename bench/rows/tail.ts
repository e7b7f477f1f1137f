import type { Build } from '../builds/build.ts';
import type { Answers } from '../load/plan.ts';
import { failures, latencies, rateBetween, statuses } from '../load/rates.ts';
import { load } from '../load/run.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { ofEach, valuesOf } from './each-build.ts';

/** Of the highest rate: what is offered. */
const share = 0.8;
const connectionsMax = 512;

interface Tail {
  readonly maxPerSecond: number;
  readonly answers: Answers;
}

async function tailOf(build: Build, driver: string, full: boolean): Promise<Tail> {
  await using service = await startService({ build, driver });
  await deploy(service, 'echo');
  const plan = { port: service.port, requests: [await service.invocation('echo')] };
  const closedMs = full ? 15_000 : 4_000;
  const closed = await load({ ...plan, connections: 16, sendMs: closedMs });
  const maxPerSecond = rateBetween(closed, closedMs - 2_000, closedMs);
  const open = { connections: connectionsMax, sendMs: full ? 20_000 : 4_000, rate: share * maxPerSecond };
  return { maxPerSecond, answers: await load({ ...plan, ...open }) };
}

/** Latency at 80 % of the highest rate, whatever becomes of earlier requests, counted from when each was due. */
export const tailRow: Row = {
  name: 'tail',
  about: 'latency at 80 % of the highest rate, open loop',
  run: async function* ({ builds, driver, full, note }) {
    const seen = await ofEach(builds, (build) => tailOf(build, driver, full));
    for (const [who, { answers }] of seen) {
      const bad = failures(answers) > 0 ? `, ${statuses(answers)}` : '';
      note(`${who}: sent ${answers.lateMs.toFixed(1)} ms after they were due (p99)${bad}`);
    }
    const line = (what: string, unit: string, value: (tail: Tail) => number) => ({
      what,
      unit,
      values: valuesOf(seen, value),
    });
    yield line('highest rate, 16 connections', 'per s', ({ maxPerSecond }) => maxPerSecond);
    yield line('80 % of it: p50', 'ms', ({ answers }) => latencies(answers).p50);
    yield line('80 % of it: p99', 'ms', ({ answers }) => latencies(answers).p99);
  },
};
