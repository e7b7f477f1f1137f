import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../src/cli/bootstrap/bootstrap.ts';
import { Progress } from '../src/cli/output/progress.ts';
import { testCache } from '../src/instance/testing/places.ts';
import { findTestFiles } from './test/files.ts';
import { runFile } from './test/run-file.ts';
import { Tally } from './test/tally.ts';
import { root } from './tidy/source.ts';

// npm test: installs what tests need, checks the code and meanwhile runs every test that this machine can run.
// `npm test -- PART…` runs only the files with PART in their path, without the checks; HEDDLE_TEST_SLOW=1 those as well that take long.

/** Longest that one test file may take: the first ones build guest images. */
const fileMsMax = 600_000;

/** After this no further file begins: those that are left are named, and the run has failed. */
const allMsMax = 70 * 60_000;

/** Files that may run a second time. Where more have failed, something is broken, and no second try will tell otherwise. */
const againMax = 12;

/** Runs one file after the other: takes the first of the first list that has any, until all lists are empty. */
async function runAll(lists: readonly string[][], tally: Tally): Promise<void> {
  while (performance.now() - startedAt < allMsMax) {
    const file = lists.find((list) => list.length > 0)?.shift();
    if (file === undefined) return;
    tally.add(await runFile(file, fileMsMax));
  }
  tally.notRun(lists.flatMap((list) => list.splice(0)));
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
const slow = process.env['HEDDLE_TEST_SLOW'] !== undefined;
const { computing, waiting, clusters, measured, leftOut } = findTestFiles(filters, slow);
const tally = new Tally();
const atOnce = Math.min(2, availableParallelism());
let working = 2 * atOnce;
/** One after the other of these, then of those that stand only one other beside them: by the last that come to an end. */
const work = async (lists: readonly string[][]): Promise<void> => {
  await runAll(lists, tally);
  working -= 1;
  if (working < atOnce) await runAll([clusters], tally);
};
const [checked] = await Promise.all([
  filters.length > 0 || check(),
  ...Array.from({ length: atOnce }, () => work([computing, waiting])),
  ...Array.from({ length: atOnce }, () => work([waiting, computing])),
]);
await runAll([measured], tally);
const { failedFiles } = tally;
// Beside others a test has less time than its author thought of. That is told of below, and what fails twice has failed.
if (filters.length === 0 && failedFiles.length <= againMax) await runAll([[...failedFiles]], tally);
tally.summary(performance.now() - startedAt, leftOut);
if (!checked) console.log('The checks failed (npm run check).');
// Not by itself: what a file has left behind could hold on to it.
process.exit(checked && tally.failed === 0 && tally.passed > 0 ? 0 : 1);
