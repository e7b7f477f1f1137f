import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { nodeRuntimes } from '../../model/runtimes/configuration.ts';
import { testCache } from '../../instance/testing/places.ts';
import { ensureRoot, guestPrograms, type GuestRoot } from './root.ts';

const missing = spawnSync('apt-get', ['--version']).error !== undefined;
const signal = AbortSignal.timeout(600_000);

describe('the root file system of guests', { skip: missing ? 'apt is not installed' : false }, () => {
  let root: GuestRoot = { dir: '', hash: '' };
  before(async () => void (root = await ensureRoot(testCache(), () => undefined, signal)), { timeout: 900_000 });

  test('is built once and found again', async () => {
    const said: string[] = [];
    assert.deepEqual(await ensureRoot(testCache(), (line) => said.push(line), signal), root);
    assert.deepEqual(said, []);
  });

  test('has what guests run', async () => {
    const programs = ['bwrap', 'busybox', 'perl', 'python3', 'setpriv', 'sh', 'tini'].map((name) => `/usr/bin/${name}`);
    for (const program of [...nodeRuntimes.map((runtime) => guestPrograms[runtime]), ...programs])
      await lstat(join(root.dir, program));
  });

  test('can be read by everybody, and gives nobody rights by being run', async () => {
    for (const entry of await readdir(root.dir, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) continue;
      const path = join(entry.parentPath, entry.name);
      const { mode } = await lstat(path);
      assert.equal(mode & 0o6000, 0, path);
      assert.equal(mode & 0o444, 0o444, path);
    }
  });
});
