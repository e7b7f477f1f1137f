// A program that starts and joins threads when it is told to, with HEDDLE_HOME of a service. Argument: a ThreadPlan as JSON, of which
// only the root counts. Prints a line when it is ready; then for each line of its input, `call MS` or `map MS`, does so for that long
// and prints a Block as JSON.
import { createInterface } from 'node:readline';
import { remote, shutdown } from './heddle.ts';
import { timed } from './timing.ts';
import type * as Work from './work.ts';

/** What was done in a time. */
export interface Block {
  readonly threads: number;
  /** Of each thread where they came one after the other, else of each so many; milliseconds. */
  readonly ms: readonly number[];
  /** Processor time that this program took, milliseconds. */
  readonly processorMs: number;
}

/** Items of one `map`. */
const mapped = 1_000;
const work = remote<typeof Work>(new URL('./work.ts', import.meta.url), { output: 'silent' });
const items = Array.from({ length: mapped }, (_, n) => n);

async function map(): Promise<void> {
  for await (const _ of work.next.map(items, { concurrency: 64, ordered: false }));
}

await work.add(1, 1);
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const [what = '', limitMs = ''] = line.split(' ');
  const until = performance.now() + Number(limitMs);
  const before = process.cpuUsage();
  const ms: number[] = [];
  while (performance.now() < until) ms.push(await timed(what === 'map' ? map : () => work.add(1, 1)));
  const { user, system } = process.cpuUsage(before);
  const threads = ms.length * (what === 'map' ? mapped : 1);
  const block: Block = { threads, ms, processorMs: (user + system) / 1_000 };
  process.stdout.write(`${JSON.stringify(block)}\n`);
}
await shutdown();
