import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** Nobody has this user id, so none of its processes is anybody else's. */
const userId = 54_321;
const suites = ['guest/boot', 'containment', 'system-calls'];

const asUser = ['--reuid', `${userId}`, '--regid', `${userId}`, '--clear-groups', '--'];

/** Why it cannot be tried here, if it cannot. */
function reasonToSkip(): string | false {
  // As an ordinary user the suites do this by themselves.
  if (process.getuid?.() !== 0) return 'only root can become somebody else';
  const readable = spawnSync('setpriv', [...asUser, 'test', '-r', import.meta.filename]).status === 0;
  return !readable && 'other users may not read this checkout';
}

for (const suite of suites) {
  test(`an ordinary user's guests pass the suite "${suite}"`, { skip: reasonToSkip() }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-user-'));
    try {
      await chmod(folder, 0o700);
      await chown(folder, userId, userId);
      const file = join(import.meta.dirname, `${suite}.test.ts`);
      const run = promisify(execFile)('setpriv', [...asUser, process.execPath, '--test', '--test-reporter=tap', file], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
      });
      const { stdout } = await run.catch((error: { readonly stdout: string }) => error);
      assert.match(stdout, /^# fail 0$/m, stdout);
      assert.match(stdout, /^# skipped 0$/m, stdout);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
