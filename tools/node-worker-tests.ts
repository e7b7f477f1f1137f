import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from '../src/instance/testing/places.ts';
import { allTests, runAll } from './node-worker-tests/run-all.ts';
import { nodeTests } from './node-worker-tests/sources.ts';
import { listOf, pageOf, pagePath } from './node-worker-tests/page.ts';
import { root } from './tidy/source.ts';

// `./heddle --node tools/node-worker-tests.ts [PART OF A NAME ...]`: runs Node's own tests of workers on cloud threads, and writes
// what came of them to docs/worker-threads.md; with parts of names only runs those, and prints what they say.

const parts = process.argv.slice(2);
const folder = await nodeTests(testCache(), AbortSignal.timeout(600_000));
const names = allTests(folder).filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
const runs = await runAll(folder, names, {
  onRun: (run) => {
    console.log(`${listOf(run).padEnd(8)} ${run.name} (${run.starts} started elsewhere)`);
    if (parts.length > 0 && !run.passed) console.log(run.output);
  },
});
if (parts.length === 0) writeFileSync(join(root, pagePath), pageOf(runs));
