import type { Build } from '../builds/build.ts';
import { load } from '../load/run.ts';
import { failures, latencies, rateBetween, rateBySecond, reachedMs, statuses } from '../load/rates.ts';
import type { Answers } from '../load/plan.ts';
import type { Context, Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { startWithContainers } from './one-container.ts';

/** Of what one container gives: less is a collapse. */
const share = 0.95;

/** What one container gives to 16 connections once it is warm, a second. */
async function oneContainer(build: Build, driver: string, sendMs: number): Promise<number> {
  await using service = await startWithContainers(build, driver, 1, 'echo');
  const request = await service.invocation('echo');
  const answers = await load({ port: service.port, requests: [request], connections: 16, sendMs });
  return rateBetween(answers, sendMs / 2, sendMs);
}

/** A crowd that comes to a service with default settings whose function nobody has called yet. */
async function crowd(build: Build, driver: string, connections: number, sendMs: number): Promise<Answers> {
  await using service = await startService({ build, driver });
  await deploy(service, 'echo');
  const request = await service.invocation('echo');
  return await load({ port: service.port, requests: [request], connections, sendMs });
}

function describe(who: string, connections: number, answers: Answers, sendMs: number): string {
  const rates = rateBySecond(answers, Math.floor(sendMs / 1_000)).map((rate) => rate.toFixed(0));
  const bad = failures(answers) === 0 ? '' : ` (${statuses(answers)})`;
  return `${connections} connections, ${who}, second by second: ${rates.join(' ')}${bad}`;
}

/** Crowds from a cold start, default settings, trivial function, beside what one container alone gives. */
export const crowdRow: Row = {
  name: 'crowd',
  about: '16 to 256 connections from a cold start, beside one container that exists alone',
  run: async function* (context: Context) {
    const { builds, driver, full } = context;
    const sendMs = full ? 12_000 : 5_000;
    const alone: Record<string, number> = {};
    for (const build of builds) alone[build.name] = await oneContainer(build, driver, sendMs);
    yield { what: 'one container alone, 16 connections', unit: 'per s', values: alone };
    for (const connections of full ? [16, 64, 256] : [16, 256]) {
      const seen = new Map<string, Answers>();
      for (const { name, ...rest } of builds) {
        const answers = await crowd({ name, ...rest }, driver, connections, sendMs);
        seen.set(name, answers);
        context.note(describe(name, connections, answers, sendMs));
      }
      const of = (value: (answers: Answers, who: string) => number): Record<string, number> =>
        Object.fromEntries([...seen].map(([who, answers]) => [who, value(answers, who)]));
      const line = (what: string, unit: string, value: (answers: Answers, who: string) => number) => ({
        what: `${connections} connections: ${what}`,
        unit,
        values: of(value),
      });
      yield line('last half', 'per s', (answers) => rateBetween(answers, sendMs / 2, sendMs));
      yield line(`${share} of one container reached after`, 's', (answers, who) => {
        return reachedMs(answers, share * (alone[who] ?? 0), sendMs) / 1_000;
      });
      yield line('p50', 'ms', (answers) => latencies(answers).p50);
      yield line('p99', 'ms', (answers) => latencies(answers).p99);
      yield line('p99 of the last half', 'ms', (answers) => latencies(answers, sendMs / 2).p99);
      yield line('not answered well', 'requests', failures);
    }
  },
};
