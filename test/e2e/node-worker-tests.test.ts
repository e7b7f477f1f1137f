import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCache } from '../../src/instance/testing/places.ts';
import { listOf, passingNames } from '../../tools/node-worker-tests/page.ts';
import { runAll } from '../../tools/node-worker-tests/run-all.ts';
import { nodeTests } from '../../tools/node-worker-tests/sources.ts';
import { driversUnderTest, slowOnly } from './drivers.ts';

// So many of Node's own tests; `./heddle --node tools/node-worker-tests.ts` runs all of them.

const count = slowOnly === false ? 60 : 12;

const folder = await nodeTests(testCache(), AbortSignal.timeout(300_000)).catch((error: unknown) => String(error));
const host = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';
const skip = folder.startsWith('/') ? host : `Node's own tests cannot be had here: ${folder}`;

/** Neighbours in the alphabet test the same thing: a part of all is to have something of everything. */
function spread(names: readonly string[]): string[] {
  return [0, 1, 2, 3].flatMap((rest) => names.filter((_, index) => index % 4 === rest));
}

test(
  "Node's own tests of workers that pass on cloud threads by docs/worker-threads.md still pass",
  { skip },
  async (t) => {
    const names = passingNames();
    const first = await runAll(folder, spread(names).slice(0, count));
    t.diagnostic(`${first.length} of ${names.length} tests were run`);
    assert.equal(first.length, Math.min(count, names.length));
    // Some of them measure times, and this machine does other things too.
    const doubtful = first.filter((run) => listOf(run) !== 'passes').map(({ name }) => name);
    const second = doubtful.length === 0 ? [] : await runAll(folder, doubtful);
    const failed = second.filter((run) => listOf(run) !== 'passes');
    assert.deepEqual(
      failed.map(({ name, output }) => `${name}\n${output}`),
      [],
    );
  },
);
