import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { bootstrap } from '../src/cli/bootstrap/bootstrap.ts';
import { Progress } from '../src/cli/output/progress.ts';
import { testCache } from '../src/instance/testing/places.ts';
import { findTestFiles } from './test/files.ts';
import { Tally } from './test/tally.ts';
import { root } from './tidy/source.ts';

// npm test: installs what tests need, checks the code and meanwhile runs every test that this machine can run.
// `npm test -- PART…` runs only the files with PART in their path, without the checks.

/** Longest that one test file may take: the first ones build guest images. */
const fileMsMax = 1_200_000;

async function runFile(file: string, tally: Tally): Promise<void> {
  const events = run({
    files: [join(root, file)],
    cwd: root,
    timeout: fileMsMax,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  events.on('test:pass', (data) => tally.pass(data));
  events.on('test:fail', (data) => tally.fail(data));
  events.on('test:stderr', (data) => tally.output(data.file, data.message));
  events.on('test:stdout', (data) => tally.output(data.file, data.message));
  events.on('test:summary', (data) => {
    if (data.file !== undefined) tally.fileEnd(data.file, data.duration_ms, data.success, data.counts.passed);
  });
  // Reading is what makes the stream flow to its end.
  for await (const _event of events);
}

/** Runs one file after the other: takes the first of the first list that has any, until all lists are empty. */
async function runAll(lists: readonly string[][], tally: Tally): Promise<void> {
  for (;;) {
    const file = lists.find((list) => list.length > 0)?.shift();
    if (file === undefined) return;
    await runFile(file, tally);
  }
}

/** Whether the code passes all that looks at it without running it; what fails is printed. */
async function check(): Promise<boolean> {
  const [code]: unknown[] = await once(
    spawn(process.execPath, ['tools/check.ts'], { cwd: root, stdio: 'inherit' }),
    'exit',
  );
  return code === 0;
}

const startedAt = performance.now();
const filters = process.argv.slice(2);
{
  using progress = new Progress();
  await bootstrap({ features: ['microvm', 'gvisor', 'host', 'tests'], agreed: false, progress });
}
// As `heddle` itself does: to read TypeScript anew takes each of some hundred processes a quarter of a second.
process.env['NODE_COMPILE_CACHE'] ??= join(testCache(), 'compiled');
const { computing, waiting, clusters, measured } = findTestFiles(filters);
const tally = new Tally();
const atOnce = Math.min(2, availableParallelism());
const [checked] = await Promise.all([
  filters.length > 0 || check(),
  ...Array.from({ length: atOnce }, () => runAll([computing, waiting], tally)),
  ...Array.from({ length: atOnce }, () => runAll([waiting, computing], tally)),
]);
await Promise.all(Array.from({ length: atOnce }, () => runAll([clusters], tally)));
await runAll([measured], tally);
tally.summary(performance.now() - startedAt);
if (!checked) console.log('The checks failed (npm run check).');
process.exitCode = checked && tally.failed === 0 && tally.passed > 0 ? 0 : 1;
