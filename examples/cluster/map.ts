// A thousand tasks, on whatever hosts there are. Kill one of them while it runs: `kill -9` of its process.
import { remote } from 'heddle';
import { HostTable } from './table.ts';

const tasks = Array.from({ length: Number(process.argv[2] ?? 1_000) }, (_, n) => n);
const work = remote<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url), { memoryMb: 128 });
const table = new HostTable(tasks.length);
const seen = new Map<number, number>();

for await (const { n } of work.divisors.map(tasks, {
  concurrency: 24,
  ordered: false,
  onStart: ({ host = 'this machine' }, task) => table.began(Number(task), host),
})) {
  seen.set(n, (seen.get(n) ?? 0) + 1);
  table.ended(n);
}

const once = tasks.filter((task) => seen.get(task) === 1).length;
console.log(`${once} of ${tasks.length} results came, each once. ${table.again} tasks had to begin again.`);
if (once !== tasks.length) process.exitCode = 1;
