import { once } from 'node:events';
import { Piscina } from 'piscina';
import type { Line } from '../result.ts';
import { forkAnswer, openHop, workerAnswer } from './alternatives.ts';
import type * as Echo from './echo.ts';
import { Mutex, plan, remote } from './heddle.ts';
import { all, medianOf, timed } from './timing.ts';
import type * as Work from './work.ts';

const quiet = { output: 'silent' } as const;
const work = remote<typeof Work>(new URL('./work.ts', import.meta.url), quiet);
/** About as many as go there and back for a call of `add`. */
const callBytes = Buffer.alloc(120);
/** What is asked of a loop that never ends: longer than anything that is measured beside it. */
const loopMs = 20_000;

function startPiscina(): Piscina {
  const filename = new URL('./piscina-peer.ts', import.meta.url).href;
  return new Piscina({ filename, maxThreads: 2, minThreads: 2 });
}

async function call(): Promise<Line[]> {
  await medianOf(plan.warmUpCalls, (n) => work.add(n, 1));
  const values: Record<string, number> = { heddle: await medianOf(plan.calls, (n) => work.add(n, 1)) };
  if (plan.peers) {
    const piscina = startPiscina();
    const inPiscina = (n: number): Promise<unknown> => piscina.run([n, 1], { name: 'add' });
    await medianOf(plan.warmUpCalls, inPiscina);
    const hop = await openHop();
    await medianOf(plan.warmUpCalls, () => hop.ask(callBytes));
    // In turns with the peers: the machine may have become another one meanwhile.
    values['bare hop'] = await medianOf(plan.calls, () => hop.ask(callBytes));
    values['Piscina'] = await medianOf(plan.calls, inPiscina);
    values['heddle'] = (values['heddle'] ?? 0) / 2 + (await medianOf(plan.calls, (n) => work.add(n, 1))) / 2;
    values['new Worker'] = await medianOf(20, (n) => workerAnswer(n));
    hop.close();
    await piscina.destroy();
  }
  const fresh = (n: number): Promise<unknown> => work.add.with({ env: { FRESH: `${process.pid}-${n}` } })(n, 1);
  return [
    { what: 'start and join of a trivial function', unit: 'ms', values },
    { what: 'first thread of a new module', unit: 'ms', values: { heddle: await medianOf(10, fresh) } },
  ];
}

async function tinyPerSecond(concurrency: number): Promise<number> {
  const items = Array.from({ length: plan.tiny }, (_, n) => n);
  const ms = await timed(async () => {
    for await (const _ of work.next.map(items, { concurrency, ordered: false }));
  });
  return plan.tiny / (ms / 1_000);
}

async function map(): Promise<Line[]> {
  for (let round = 0; round < plan.warmUpRounds; round += 1) await tinyPerSecond(64);
  const unit = 'per s';
  const lines = [{ what: `${plan.tiny} tiny tasks through map`, unit, values: { heddle: await tinyPerSecond(64) } }];
  const loop = work.forever.with({ timeoutMs: loopMs }).spawn();
  await loop.start;
  const beside = await tinyPerSecond(64);
  await loop.cancel(undefined, { graceMs: 0 });
  return [...lines, { what: 'the same beside an endless loop', unit, values: { heddle: beside } }];
}

async function burst(): Promise<Line[]> {
  const lines: Line[] = [];
  await work.add(1, 1);
  for (const count of plan.bursts) {
    const values: Record<string, number> = { heddle: await timed(() => all(count, (n) => work.add(n, 1))) };
    if (plan.peers) {
      values['new Worker'] = await timed(() => all(count, workerAnswer));
      values['child_process.fork'] = await timed(() => all(count, forkAnswer));
    }
    lines.push({ what: `${count} threads at once, until all answer`, unit: 'ms', values });
  }
  return lines;
}

async function computing(): Promise<Line[]> {
  const seeds = Array.from({ length: plan.tasks }, (_, n) => n);
  const { burn } = await import('./work.ts');
  const burnAll = async (some: readonly number[]): Promise<void> => {
    for await (const _ of work.burn.map(some, { concurrency: 2, ordered: false }));
  };
  const serial = await timed(async () => seeds.forEach((seed) => burn(seed)));
  await burnAll(seeds.slice(0, 4));
  const values: Record<string, number> = { heddle: serial / (await timed(() => burnAll(seeds))) };
  if (plan.peers) {
    const piscina = startPiscina();
    const burnHere = (): Promise<unknown> => all(plan.tasks, (n) => piscina.run(n, { name: 'burn' }));
    await burnHere();
    values['Piscina'] = serial / (await timed(burnHere));
    await piscina.destroy();
  }
  return [{ what: `${plan.tasks} tasks that compute: times as fast as one by one`, unit: '×', values }];
}

async function messages(): Promise<Line[]> {
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
  return [
    { what: 'messages through a port, there and back', unit: 'per s', values: { heddle: count / plan.seconds } },
    { what: 'hand-overs of a lock between two', unit: 'per s', values: { heddle: turns / plan.seconds } },
  ];
}

/** Everything that can be measured of threads, by its name in the plan. */
export const parts: Readonly<Record<typeof plan.part, () => Promise<Line[]>>> = {
  call,
  map,
  burst,
  computing,
  messages,
};
