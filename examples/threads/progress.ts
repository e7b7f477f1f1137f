// A long job in a thread that tells how far it is, and can be asked to hurry: messages both ways, through ports.
//
//   ./heddle run examples/threads/progress.ts [SAMPLES]
import { once } from 'node:events';
import { remote } from 'heddle';
import type { Progress } from './progress-work.ts';

const samples = Number(process.argv[2] ?? 20_000_000);
const work = remote<typeof import('./progress-work.ts')>(new URL('./progress-work.ts', import.meta.url));
const job = work.estimatePi.spawn(samples);

job.port.on('message', ({ done, estimate }: Progress) => {
  const share = done / samples;
  const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░');
  // On a terminal one line that is written over, elsewhere a line each.
  const [before, after] = process.stdout.isTTY ? ['\r', ''] : ['', '\n'];
  process.stdout.write(`${before}${bar} ${Math.round(share * 100)} %  π ≈ ${estimate.toFixed(6)}${after}`);
});
// Ctrl-C asks the thread to stop; it then gives what it has.
process.once('SIGINT', () => void job.cancel('Ctrl-C', { graceMs: 1_000 }));

// The result may overtake messages; the port closes behind the last of them.
const closed = once(job.port, 'close');
const { estimate, done } = await job;
await closed;
console.log(`\nπ ≈ ${estimate.toFixed(6)} after ${done} samples`);
