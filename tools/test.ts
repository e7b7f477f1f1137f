import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { bootstrap } from '../src/cli/bootstrap/bootstrap.ts';
import { Progress } from '../src/cli/output/progress.ts';
import { findTestFiles } from './test/files.ts';
import { Tally } from './test/tally.ts';
import { root } from './tidy/source.ts';

// npm test: installs what tests need, checks the code, runs every test that this machine can run.
// `npm test -- PART…` runs only the files with PART in their path, without the checks.

/** Longest that one test file may take: the first one builds guest images. */
const fileMsMax = 1_200_000;

async function runFiles(files: readonly string[], concurrency: number, tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const events = run({
    files: files.map((file) => join(root, file)),
    cwd: root,
    concurrency,
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

const startedAt = performance.now();
const filters = process.argv.slice(2);
{
  using progress = new Progress();
  await bootstrap({ features: ['microvm', 'gvisor', 'host', 'tests'], agreed: false, progress });
}
let checked = true;
if (filters.length === 0)
  checked = spawnSync(process.execPath, ['tools/check.ts'], { cwd: root, stdio: 'inherit' }).status === 0;

const files = findTestFiles(filters);
const tally = new Tally();
await runFiles(files.unit, Math.min(2, availableParallelism()), tally);
await runFiles(files.whole, 1, tally);
tally.summary(performance.now() - startedAt);
if (!checked) console.log('The checks before the tests failed (npm run check).');
process.exitCode = checked && tally.failed === 0 && tally.passed > 0 ? 0 : 1;
