import type { Build } from '../builds/build.ts';
import type { Answers } from '../load/plan.ts';
import { latencies, rateBetween, reachedMs, statuses } from '../load/rates.ts';
import { load } from '../load/run.ts';
import type { Line } from '../result.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { summarise } from '../statistics.ts';
import { ofEach, valuesOf } from './each-build.ts';

/** Times the capacity. */
const excess = 4;
/** A trivial function's refusal costs as much as its answer; this one leaves processors for refusing. */
const computeMs = 5;
const connectionsMax = 4_000;
/** Sixteen callers before it and after it. */
const closedMs = 4_000;
/** The first moments count only where there are many others: who came before anybody knew of the surge waits longer. */
const shortFromMs = 1_000;
/** Of the highest rate: what counts as recovered. */
const recoveredShare = 0.9;

interface Overload {
  readonly maxPerSecond: number;
  readonly during: Answers;
  readonly recoveredMs: number;
  readonly offeredMs: number;
}

async function overload(build: Build, driver: string, offeredMs: number): Promise<Overload> {
  await using service = await startService({ build, driver });
  await deploy(service, 'burn', { body: { computeMs } });
  const plan = { port: service.port, requests: [await service.invocation('burn')] };
  const quiet = await load({ ...plan, connections: 16, sendMs: closedMs });
  const before = rateBetween(quiet, closedMs - 2_000, closedMs);
  const rate = excess * before;
  // No grace: what comes after starts in the moment when the offer ends.
  const during = await load({ ...plan, connections: connectionsMax, sendMs: offeredMs, rate, graceMs: 0 });
  const after = await load({ ...plan, connections: 16, sendMs: closedMs });
  // A processor's speed drifts: what was possible meanwhile lies between what was before and what was after it.
  const maxPerSecond = (before + rateBetween(after, closedMs - 2_000, closedMs)) / 2;
  return { maxPerSecond, during, offeredMs, recoveredMs: reachedMs(after, recoveredShare * maxPerSecond, closedMs) };
}

function refusals({ during }: Overload, fromMs: number): readonly number[] {
  return during.latencyMs.filter((_, index) => during.status[index] === 429 && (during.dueMs[index] ?? 0) >= fromMs);
}

/** Four times what there is capacity for: what is still done, how soon the rest hears, how soon it is over. */
export const overloadRow: Row = {
  name: 'overload',
  about: '4 times the capacity offered, open loop: what is done, what is refused, recovery',
  drivers: ['gvisor'],
  run: async function* ({ builds, driver, full, note }) {
    const seen = await ofEach(builds, (build) => overload(build, driver, full ? 60_000 : 5_000));
    for (const [who, { during }] of seen)
      note(`${who}: ${statuses(during)}; sent ${during.lateMs} ms after they were due (p99)`);
    const line = (what: string, unit: string, value: (one: Overload) => number): Line => ({
      what,
      unit,
      values: valuesOf(seen, value),
    });
    yield line('highest rate (5 ms of computing)', 'per s', ({ maxPerSecond }) => maxPerSecond);
    yield line('4 times offered: goodput', 'per s', (one) => rateBetween(one.during, 1_000, one.offeredMs));
    const fromMs = full ? 0 : shortFromMs;
    yield line('4 times offered: p99 of what was done', 'ms', ({ during }) => latencies(during, fromMs).p99);
    yield line('4 times offered: p99 of a refusal', 'ms', (one) => summarise(refusals(one, fromMs)).p99);
    yield line('4 times offered: neither done nor refused', 'requests', (one) => {
      const { during } = one;
      return during.status.filter((status) => status !== 200 && status !== 429).length + during.unanswered;
    });
    yield line('recovered after', 's', ({ recoveredMs }) => recoveredMs / 1_000);
  },
};
