// A program that calls portions and threads in turns, with HEDDLE_HOME of a service. Argument: a PortionPlan as JSON. Prints Lines as JSON.
import { remote, shutdown, untrusted } from '../../src/index.ts';
import type { Line } from '../result.ts';
import { median } from '../statistics.ts';
import { timed } from '../threads/timing.ts';
import type * as Work from '../threads/work.ts';

/** What is measured how often. */
export interface PortionPlan {
  readonly warmUpCalls: number;
  readonly calls: number;
}

const plan: PortionPlan = JSON.parse(process.argv[2] ?? '{}');
const module = new URL('../threads/work.ts', import.meta.url);
const policy = { output: 'silent', kernel: 'any' } as const;
const thread = remote<typeof Work>(module, { output: 'silent', memoryMb: 128 });
const portion = untrusted.module<typeof Work>(module, policy);
const calls = { double: (n: number): number => n * 2 };
const calling = untrusted(async (given, n: number) => given.double(n), {
  ...policy,
  calls,
  callLimits: { count: 10, perSecond: 100_000 },
});

const measured: Readonly<Record<string, (n: number) => Promise<unknown>>> = {
  heddle: (n) => portion.add(n, 1),
  'a warm thread': (n) => thread.add(n, 1),
  'calling back once': (n) => calling(n),
};

/** All of them in turns, so many times; the medians, in milliseconds. */
async function inTurns(times: number): Promise<Record<string, number>> {
  const samples = new Map<string, number[]>();
  for (let n = 0; n < times; n += 1)
    for (const [name, call] of Object.entries(measured)) {
      const sample = samples.get(name) ?? [];
      samples.set(name, sample);
      sample.push(await timed(() => call(n)));
    }
  return Object.fromEntries([...samples].map(([name, sample]) => [name, median(sample)]));
}

await inTurns(plan.warmUpCalls);
const values = await inTurns(plan.calls);
const { 'a warm thread': threadMs = Number.NaN, ...portions } = values;
const ratios = Object.entries(portions).map(([name, ms]) => [name, ms / threadMs]);
const lines: Line[] = [
  { what: 'one call of a portion', unit: 'ms', values },
  { what: 'the same ÷ a warm thread', unit: '×', values: Object.fromEntries(ratios) },
];
await shutdown();
process.stdout.write(JSON.stringify(lines));
