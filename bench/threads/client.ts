// What threads cost, beside what a program would use instead, in one process and run. Run by bench/main.ts with HEDDLE_HOME
// and HEDDLE_URL of a service. Argument: how often, JSON. Prints JSON: rows of {what, unit, values by who}.
import { once } from 'node:events';
import { Piscina } from 'piscina';
import { Mutex, remote, shutdown } from '../../src/index.ts';
import type * as Echo from './echo.ts';
import { forkAnswer, openHop, workerAnswer } from './peers.ts';
import type * as Work from './work.ts';

interface Plan {
  /** V8 goes on compiling for some thousand calls, in each of the processes that a call passes through. */
  readonly warmUpCalls: number;
  readonly warmUpRounds: number;
  readonly calls: number;
  readonly bursts: readonly number[];
  readonly tasks: number;
  readonly tiny: number;
  readonly seconds: number;
}

/** One line of the result. */
export interface ThreadRow {
  readonly what: string;
  readonly unit: string;
  readonly values: Readonly<Record<string, number>>;
}

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const rows: ThreadRow[] = [];
/** About as many as go there and back for a call of `add`. */
const callBytes = Buffer.alloc(120);
const quiet = { output: 'silent' } as const;
const work = remote<typeof Work>(new URL('./work.ts', import.meta.url), quiet);
const piscina = new Piscina({
  filename: new URL('./piscina-peer.ts', import.meta.url).href,
  maxThreads: 2,
  minThreads: 2,
});

const median = (sample: readonly number[]): number => sample.toSorted((a, b) => a - b)[sample.length >> 1] ?? NaN;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await action();
  return performance.now() - from;
}

async function medianOf(times: number, action: (n: number) => Promise<unknown>): Promise<number> {
  const sample: number[] = [];
  for (let n = 0; n < times; n += 1) sample.push(await timed(() => action(n)));
  return median(sample);
}

const all = (count: number, action: (n: number) => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, n) => action(n)));

async function burnAll(seeds: readonly number[]): Promise<void> {
  for await (const _ of work.burn.map(seeds, { concurrency: 2, ordered: false }));
}

async function trivial(): Promise<void> {
  await medianOf(plan.warmUpCalls, (n) => work.add(n, 1));
  await medianOf(plan.warmUpCalls, (n) => piscina.run([n, 1], { name: 'add' }));
  const hop = await openHop();
  await medianOf(plan.warmUpCalls, () => hop.ask(callBytes));
  rows.push({
    what: 'a trivial function, warm: start and join',
    unit: 'ms',
    values: {
      heddle: await medianOf(plan.calls, (n) => work.add(n, 1)),
      Piscina: await medianOf(plan.calls, (n) => piscina.run([n, 1], { name: 'add' })),
      'bare hop': await medianOf(plan.calls, () => hop.ask(callBytes)),
      'new Worker': await medianOf(20, (n) => workerAnswer(n)),
    },
  });
  hop.close();
  const fresh = (n: number): Promise<unknown> => work.add.with({ env: { FRESH: `${process.pid}-${n}` } })(n, 1);
  rows.push({ what: 'first thread of a new module', unit: 'ms', values: { heddle: await medianOf(10, fresh) } });
}

async function bursts(): Promise<void> {
  for (const count of plan.bursts)
    rows.push({
      what: `${count} at once, until all answer`,
      unit: 'ms',
      values: {
        heddle: await timed(() => all(count, (n) => work.add(n, 1))),
        'new Worker': await timed(() => all(count, workerAnswer)),
        'child_process.fork': await timed(() => all(count, forkAnswer)),
      },
    });
}

async function cpuBound(): Promise<void> {
  const seeds = Array.from({ length: plan.tasks }, (_, n) => n);
  const { burn } = await import('./work.ts');
  const serial = await timed(async () => seeds.forEach((seed) => burn(seed)));
  const burnHere = (): Promise<unknown> => all(plan.tasks, (n) => piscina.run(n, { name: 'burn' }));
  await burnAll(seeds.slice(0, 4));
  await burnHere();
  rows.push({
    what: `${plan.tasks} CPU-bound tasks: speed-up over serial`,
    unit: '×',
    values: { heddle: serial / (await timed(() => burnAll(seeds))), Piscina: serial / (await timed(burnHere)) },
  });
}

async function tinyTasks(): Promise<void> {
  const items = Array.from({ length: plan.tiny }, (_, n) => n);
  const tiny = async (): Promise<void> => {
    for await (const _ of work.next.map(items, { concurrency: 64, ordered: false }));
  };
  for (let round = 0; round < plan.warmUpRounds; round += 1) await tiny();
  rows.push({
    what: `${plan.tiny} tiny tasks through map`,
    unit: 'per s',
    values: { heddle: plan.tiny / ((await timed(tiny)) / 1_000) },
  });
}

async function messages(): Promise<void> {
  const thread = remote<typeof Echo>(new URL('./echo.ts', import.meta.url), quiet).echo.spawn();
  const answered = (): Promise<unknown> => once(thread.port, 'message');
  thread.port.postMessage(0);
  await answered();
  let count = 0;
  const until = performance.now() + plan.seconds * 1_000;
  for (let n = 0; n < 16; n += 1) thread.port.postMessage(n);
  while (performance.now() < until) {
    await answered();
    count += 1;
    thread.port.postMessage(count);
  }
  await thread.cancel();
  rows.push({
    what: 'messages through a port, there and back',
    unit: 'per s',
    values: { heddle: count / plan.seconds },
  });
  const mutex = new Mutex('bench');
  let turns = 0;
  const end = performance.now() + plan.seconds * 1_000;
  const contend = async (): Promise<void> => {
    while (performance.now() < end) {
      await using _ = await mutex.lock();
      turns += 1;
    }
  };
  await Promise.all([contend(), contend()]);
  rows.push({ what: 'hand-overs of a lock between two', unit: 'per s', values: { heddle: turns / plan.seconds } });
}

await trivial();
await cpuBound();
await tinyTasks();
await messages();
// Last: for a while after it the service makes up for what it gave away.
await bursts();
await piscina.destroy();
await shutdown();
process.stdout.write(JSON.stringify(rows));
