import { join } from 'node:path';
import type { Build } from '../builds/build.ts';
import type { Line } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { runPinned } from '../service/process.ts';
import { startService } from '../service/service.ts';
import type { ThreadPlan } from '../threads/plan.ts';

const client = join(import.meta.dirname, '..', 'threads', 'client.ts');
const short = { warmUpCalls: 2_500, calls: 500, warmUpRounds: 1, tiny: 10_000, bursts: [32], tasks: 32, seconds: 1 };
const long = {
  warmUpCalls: 6_000,
  calls: 2_000,
  warmUpRounds: 2,
  tiny: 10_000,
  bursts: [32, 256],
  tasks: 64,
  seconds: 3,
};

async function measure(build: Build, context: Context, part: ThreadPlan['part'], peers: boolean): Promise<Line[]> {
  await using service = await startService({ build, driver: context.driver });
  const plan: ThreadPlan = { ...(context.full ? long : short), root: build.root, part, peers };
  const printed = await runPinned(undefined, [client, JSON.stringify(plan)], { HEDDLE_HOME: service.home });
  const lines: Line[] = JSON.parse(printed);
  // The client says `heddle` of whatever build it has.
  return lines.map(({ values: { heddle = Number.NaN, ...others }, ...rest }) => ({
    ...rest,
    values: { [build.name]: heddle, ...others },
  }));
}

/** One part of what threads cost, of each build and (once) of what a program would use instead. */
async function* measured(context: Context, part: ThreadPlan['part']): AsyncGenerator<Line, void, undefined> {
  const tables: Line[][] = [];
  for (const [index, build] of context.builds.entries()) tables.push(await measure(build, context, part, index === 0));
  const [own = [], ...others] = tables;
  for (const [index, line] of own.entries())
    yield { ...line, values: Object.assign({}, line.values, ...others.map((lines) => lines[index]?.values)) };
}

/** Start and join of a thread, beside a bare hop through two processes. */
export const threadRow: Row = {
  name: 'thread',
  about: 'start and join of a trivial thread, beside a bare hop, Piscina and new Worker',
  drivers: ['host'],
  run: (context) => measured(context, 'call'),
};

/** Many small tasks. */
export const mapRow: Row = {
  name: 'map',
  about: '10,000 tiny tasks through map, alone and beside an endless loop',
  drivers: ['gvisor'],
  run: (context) => measured(context, 'map'),
};

/** Bursts, computing, ports and locks. */
export const threadsRow: Row = {
  name: 'threads',
  about: 'bursts of threads, tasks that compute, messages, locks (with --only and --full)',
  onRequest: true,
  run: async function* (context) {
    yield* measured(context, 'computing');
    // The code of the thread that answers is this build's, which another build need not understand.
    yield* measured({ ...context, builds: context.builds.slice(0, 1) }, 'messages');
    yield* measured(context, 'burst');
  },
};
