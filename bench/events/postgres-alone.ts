// A table of PostgreSQL as a queue, with SKIP LOCKED, and no HTTP round it. Arguments: port, callers, milliseconds, `insert` or `take`. Prints what it
// took of each, milliseconds, as JSON.
import { openPostgresQueue } from './postgres-queue.ts';

const [port = '', callers = '16', forMs = '1000', what = 'insert'] = process.argv.slice(2);
const tookMs: number[] = [];
await using queue = await openPostgresQueue(Number(port), Number(callers));
const startedAt = performance.now();
let empty = false;

async function caller(): Promise<void> {
  while (!empty && performance.now() - startedAt < Number(forMs)) {
    const from = performance.now();
    if (what === 'insert') await queue.insert('{"n":1,"text":"a small event, as most are"}');
    else if (!(await queue.take())) empty = true;
    tookMs.push(performance.now() - from);
  }
}

await Promise.all(Array.from({ length: Number(callers) }, caller));
process.stdout.write(JSON.stringify({ tookMs, seconds: (performance.now() - startedAt) / 1_000 }));
