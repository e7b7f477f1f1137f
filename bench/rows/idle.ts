import type { Build } from '../builds/build.ts';
import { load } from '../load/run.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { invoke } from '../service/invoke.ts';
import { processorTime } from '../service/processor-time.ts';
import { startService } from '../service/service.ts';
import { isQuiet, until } from '../service/settle.ts';
import { median } from '../statistics.ts';
import { ofEach, valuesOf } from './each-build.ts';

const active = 4;
/** Callers at the same time: more each time, until there are so many active instances. */
const crowds = [16, 32, 64, 96] as const;
/** From the last work to what is looked at; from one request to the first after it. */
const settleMs = 15_000;
const restMs = 3_000;
const rests = 7;

interface Idle {
  readonly warm: number;
  readonly active: number;
  readonly processorPercent: number;
  readonly firstAfterRestMs: number;
  readonly nextMs: number;
}

async function idle(build: Build, driver: string, watchMs: number): Promise<Idle> {
  // Older builds do not know that an instance may be one too many.
  const surplus = build.name === 'heddle' ? { surplusIdle: '1h' } : {};
  const config = { warm: ['nodejs24.x-256=4..4'], instanceIdle: '1h', containerIdle: '1h', ...surplus };
  await using service = await startService({ build, driver, config });
  await deploy(service, 'wait', { body: { waitMs: 2_000 } });
  await deploy(service, 'echo');
  const requests = [await service.invocation('wait')];
  const count = async (is: 'warm' | 'allocated'): Promise<number> =>
    (await service.snapshot()).instances.filter(({ state }) => state === is).length;
  for (const connections of crowds) {
    if ((await count('allocated')) >= active) break;
    await load({ port: service.port, requests, connections, sendMs: 20_000, answersPerConnectionMax: 1 });
    await until(service, 'nothing is made or runs', isQuiet);
  }
  await invoke(service, 'echo');
  await until(service, 'nothing is made or runs', isQuiet);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const before = await processorTime(service);
  await new Promise((resolve) => setTimeout(resolve, watchMs));
  const after = await processorTime(service);
  const usedMs = after.serviceMs + after.instancesMs - before.serviceMs - before.instancesMs;
  const first: number[] = [];
  const next: number[] = [];
  for (let rest = 0; rest < rests; rest += 1) {
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    first.push((await invoke(service, 'echo')).totalMs);
    for (let n = 0; n < 4; n += 1) next.push((await invoke(service, 'echo')).totalMs);
  }
  return {
    warm: await count('warm'),
    active: await count('allocated'),
    processorPercent: (usedMs / watchMs) * 100,
    firstAfterRestMs: median(first),
    nextMs: median(next),
  };
}

/** What a service costs that has nothing to do, and how it wakes. */
export const idleRow: Row = {
  name: 'idle',
  about: 'processor time of 4 warm and 4 active idle instances, and the first request after rest',
  drivers: ['gvisor'],
  run: async function* ({ builds, driver, full, note }) {
    const seen = await ofEach(builds, (build) => idle(build, driver, full ? 60_000 : 4_000));
    for (const [who, { warm, active: busy }] of seen) note(`${who}: ${warm} warm and ${busy} active instances`);
    yield { what: 'all of it, of one processor', unit: '%', values: valuesOf(seen, (one) => one.processorPercent) };
    yield {
      what: 'first request after rest, median',
      unit: 'ms',
      values: valuesOf(seen, (one) => one.firstAfterRestMs),
    };
    yield { what: 'the four after it, median', unit: 'ms', values: valuesOf(seen, (one) => one.nextMs) };
  },
};
