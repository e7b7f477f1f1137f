import type { Build } from '../builds/build.ts';
import type { Answers } from '../load/plan.ts';
import { failures, latencies, rateBetween, statuses } from '../load/rates.ts';
import { load } from '../load/run.ts';
import type { Row } from '../row.ts';
import { type Body, deploy } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { ofEach, valuesOf } from './each-build.ts';

const sleeper: Body = { waitMs: 500 };
const computer: Body = { computeMs: 20 };
/** Of the mix, what the computing half is held against: the middle of the run. */
const settledMs = 1_500;

/** A crowd that comes to a service whose functions nobody has called; the connections take the functions in turns. */
async function coldCrowd(
  build: Build,
  driver: string,
  functions: readonly Body[],
  plan: { readonly connections: number; readonly sendMs: number; readonly answersPerConnectionMax?: number },
): Promise<Answers> {
  await using service = await startService({ build, driver });
  const names = functions.map((_, index) => `f${index}`);
  for (const [index, body] of functions.entries()) await deploy(service, `f${index}`, { body });
  const requests = await Promise.all(names.map((name) => service.invocation(name)));
  return await load({ port: service.port, requests, ...plan });
}

const lastAnswerMs = (answers: Answers): number =>
  failures(answers) > 0 ? Number.NaN : latencies({ ...answers, dueMs: answers.dueMs.map(() => 0) }).max;

/** Functions that wait for something outside, alone and beside others that compute, from a cold start. */
export const waitingRow: Row = {
  name: 'waiting',
  about: '64 callers of a function that waits 500 ms, from cold; and half of them beside 32 that compute',
  run: async function* ({ builds, driver, full, note }) {
    const once = { connections: 64, sendMs: 20_000, answersPerConnectionMax: 1 };
    const alone = await ofEach(builds, (build) => coldCrowd(build, driver, [sleeper], once));
    for (const [who, answers] of alone) if (failures(answers) > 0) note(`64 that wait, ${who}: ${statuses(answers)}`);
    yield { what: '64 that wait 500 ms: all answered after', unit: 'ms', values: valuesOf(alone, lastAnswerMs) };

    const sendMs = full ? 15_000 : 3_500;
    const rate = (answers: Answers): number =>
      rateBetween(only(answers, answers.request.includes(1) ? 1 : 0), settledMs, sendMs);
    const computing = await ofEach(builds, (build) =>
      coldCrowd(build, driver, [computer], { connections: 32, sendMs }),
    );
    yield { what: '32 that compute 20 ms, alone', unit: 'per s', values: valuesOf(computing, rate) };
    const mixed = await ofEach(builds, (build) =>
      coldCrowd(build, driver, [sleeper, computer], { connections: 64, sendMs }),
    );
    for (const [who, answers] of mixed) if (failures(answers) > 0) note(`mixed, ${who}: ${statuses(answers)}`);
    yield { what: 'the same beside 32 that wait', unit: 'per s', values: valuesOf(mixed, rate) };
    const waited = (answers: Answers) => latencies(answers, 0, 0);
    yield { what: '32 that wait beside them: p50', unit: 'ms', values: valuesOf(mixed, (one) => waited(one).p50) };
    yield { what: '32 that wait beside them: p99', unit: 'ms', values: valuesOf(mixed, (one) => waited(one).p99) };
  },
};

/** The answers to one request of the plan. */
function only(answers: Answers, request: number): Answers {
  const keep = (_: number, index: number): boolean => answers.request[index] === request;
  return {
    ...answers,
    dueMs: answers.dueMs.filter(keep),
    latencyMs: answers.latencyMs.filter(keep),
    status: answers.status.filter(keep),
    request: answers.request.filter(keep),
  };
}
