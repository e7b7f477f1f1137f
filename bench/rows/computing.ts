import { availableParallelism } from 'node:os';
import { rateBetween } from '../load/rates.ts';
import { load } from '../load/run.ts';
import type { Row } from '../row.ts';
import { type Body, deploy } from '../service/functions.ts';
import { type BenchService, startService } from '../service/service.ts';
import { ofEach, valuesOf } from './each-build.ts';
import { startWithContainers } from './one-container.ts';

const body: Body = { computeMs: 50 };
const settledMs = 2_000;

async function rateOf(service: BenchService, sendMs: number): Promise<number> {
  const requests = [await service.invocation('burn')];
  const answers = await load({ port: service.port, requests, connections: 16, sendMs });
  return rateBetween(answers, settledMs, sendMs);
}

/** Work for the processors: default settings beside the best number of containers, found by trying. */
export const computingRow: Row = {
  name: 'computing',
  about: '50 ms of computing, 16 connections, beside the best fixed number of containers',
  run: async function* ({ builds, driver, full, note }) {
    const sendMs = full ? 12_000 : 4_000;
    const cores = availableParallelism();
    const counts = full ? Array.from({ length: cores * 2 + 1 }, (_, index) => index + 1) : [cores, cores + 1];
    const [own] = builds;
    if (own === undefined) return;
    let best = 0;
    for (const count of counts) {
      await using service = await startWithContainers(own, driver, count, 'burn', { body });
      const rate = await rateOf(service, sendMs);
      note(`${count} container${count === 1 ? '' : 's'}: ${rate.toFixed(1)} per s`);
      best = Math.max(best, rate);
    }
    const seen = await ofEach(builds, async (build) => {
      await using service = await startService({ build, driver });
      await deploy(service, 'burn', { body });
      return await rateOf(service, sendMs);
    });
    const values = { ...valuesOf(seen, (rate) => rate), 'best fixed number': best };
    yield { what: '50 ms of computing, 16 connections', unit: 'per s', values };
  },
};
