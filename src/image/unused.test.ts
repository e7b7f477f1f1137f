import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import lockfile from 'proper-lockfile';
import { bundleGuest } from './bundle.ts';
import { once } from './cache.ts';
import { markUsed } from './unused.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'heddle-unused-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Makes a folder that was last used so many hours ago. */
async function usedBefore(name: string, hours: number): Promise<void> {
  await mkdir(join(dir, name, 'content'), { recursive: true });
  await age(name, hours);
}

async function age(name: string, hours: number): Promise<void> {
  const at = new Date(Date.now() - hours * 3_600_000);
  await utimes(join(dir, name), at, at);
}

async function built(key: string): Promise<string> {
  return await once(
    dir,
    key,
    async ({ folder }) => {
      await mkdir(join(folder, 'content'));
    },
    () => undefined,
    AbortSignal.timeout(600_000),
  );
}

test('a process says every few minutes that it still uses what it uses', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  await usedBefore('a-1', 0);
  assert.ok(markUsed(join(dir, 'a-1')));
  await age('a-1', 30);
  t.mock.timers.tick(3_600_000);
  assert.ok(Date.now() - (await stat(join(dir, 'a-1'))).mtimeMs < 60_000);
  assert.equal(markUsed(join(dir, 'nothing')), false);
});

test('what was replaced goes a day after its last use, anything else a week after', async () => {
  await usedBefore('node-256-old', 25);
  await usedBefore('node-256-yesterday', 23);
  await usedBefore('node-512-old', 25);
  await usedBefore('node-512-ancient', 8 * 24);
  await usedBefore('node-1024-dead.partial-x', 8 * 24);
  await built('node-256-new');
  assert.deepEqual((await readdir(dir)).toSorted(), ['node-256-new', 'node-256-yesterday', 'node-512-old']);
});

test('what is used again stays', async () => {
  await usedBefore('old', 25);
  await built('old');
  await built('new');
  assert.deepEqual((await readdir(dir)).toSorted(), ['new', 'old']);
});

test('what somebody is about to build stays', async () => {
  await usedBefore('old', 25);
  const release = await lockfile.lock(join(dir, 'old'), { realpath: false });
  await built('new');
  await release();
  assert.deepEqual((await readdir(dir)).toSorted(), ['new', 'old']);
});

test('old guest bundles go when there is a new one', async () => {
  await usedBefore('agent-old.mjs', 25);
  await usedBefore('runtime-node-recent.mjs', 23);
  await bundleGuest(dir);
  const names = await readdir(dir);
  assert.deepEqual(names.map((name) => name.replace(/-[0-9a-f]{16}\./, '-new.')).toSorted(), [
    'agent-new.mjs',
    'runtime-node-new.mjs',
    'runtime-node-recent.mjs',
    'runtime-provided-new.mjs',
    'runtime-python-new.pyz',
  ]);
});
