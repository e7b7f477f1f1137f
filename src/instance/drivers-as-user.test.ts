import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { access, chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createGvisorDriver } from './gvisor/driver.ts';
import { createHostDriver } from './host/driver.ts';
import { testConfiguration } from './guest-fixture.ts';
import { testCache, testPlaces } from './testing/places.ts';

/** Nobody has this user id, so none of its processes is anybody else's. */
const userId = 54_322;
const asUser = ['--reuid', `${userId}`, '--regid', `${userId}`, '--clear-groups', '--'];

/** Why it cannot be tried here, if it cannot. */
function reasonToSkip(): string | false {
  // As an ordinary user the suites do this by themselves.
  if (process.getuid?.() !== 0) return 'only root can become somebody else';
  const readable = spawnSync('setpriv', [...asUser, 'test', '-r', import.meta.filename]).status === 0;
  return !readable && 'other users may not read this checkout';
}

for (const make of [createHostDriver, createGvisorDriver]) {
  test(`an ordinary user's driver from ${make.name} passes the suite`, { skip: reasonToSkip() }, async (t) => {
    await using places = await testPlaces();
    const driver = make(places);
    const verdict = await driver.probe(AbortSignal.timeout(60_000));
    if (!verdict.works) return t.skip(verdict.evidence);
    await driver.prepare(testConfiguration(), () => undefined, AbortSignal.timeout(600_000));
    const folder = await mkdtemp(join(tmpdir(), 'heddle-user-'));
    try {
      await share(testCache(), join(folder, 'cache'));
      for (const path of [folder, join(folder, 'cache')]) await chown(path, userId, userId);
      await chmod(folder, 0o700);
      const file = join(import.meta.dirname, driver.name, 'driver.test.ts');
      const run = promisify(execFile)(
        'setpriv',
        [...asUser, process.execPath, '--test', '--test-reporter=tap', '--test-concurrency=1', file],
        {
          cwd: folder,
          env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, HEDDLE_CACHE: join(folder, 'cache') },
        },
      );
      const { stdout } = await run.catch((error: { readonly stdout: string }) => error);
      assert.match(stdout, /^# fail 0$/m, stdout);
      assert.match(stdout, /^# skipped 0$/m, stdout);
      assert.ok(Number(/^# pass (\d+)$/m.exec(stdout)?.[1]) > 15, stdout);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Gives the user what is built already: the cache of root lies where nobody else may look. */
async function share(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const part of ['root', 'runsc']) {
    const exists = await access(join(from, part)).then(
      () => true,
      () => false,
    );
    if (exists) await cp(join(from, part), join(to, part), { recursive: true, verbatimSymlinks: true });
  }
}
