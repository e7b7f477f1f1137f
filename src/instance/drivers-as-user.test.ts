import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findAwsSdk } from '../image/node/aws-sdk.ts';
import { ensurePythons } from '../image/python/guest-pythons.ts';
import { ensureRootWithModules } from '../image/root/root-with-modules.ts';
import { ensureRoot } from '../image/root/root.ts';
import { createGvisorDriver } from './gvisor/driver.ts';
import { createHostDriver } from './host/driver.ts';
import { testConfiguration } from './guest-fixture.ts';
import { testCache, testPlaces } from './testing/places.ts';

const run = promisify(execFile);
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

for (const { make, parts } of [
  { make: createHostDriver, parts: sdkParts },
  { make: createGvisorDriver, parts: sandboxParts },
]) {
  test(`an ordinary user's driver from ${make.name} passes the suite`, { skip: reasonToSkip() }, async (t) => {
    await using places = await testPlaces();
    const driver = make(places);
    const verdict = await driver.probe(AbortSignal.timeout(600_000));
    if (!verdict.works) return t.skip(verdict.evidence);
    await driver.prepare(testConfiguration(), () => undefined, AbortSignal.timeout(600_000));
    const folder = await mkdtemp(join(tmpdir(), 'heddle-user-'));
    try {
      await share(await parts(testCache()), testCache(), join(folder, 'cache'));
      await chown(folder, userId, userId);
      await chmod(folder, 0o700);
      const file = join(import.meta.dirname, driver.name, 'driver.test.ts');
      const suite = run(
        'setpriv',
        [...asUser, process.execPath, '--test', '--test-reporter=tap', '--test-concurrency=1', file],
        {
          cwd: folder,
          env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, HEDDLE_CACHE: join(folder, 'cache') },
        },
      );
      const { stdout } = await suite.catch((error: { readonly stdout: string }) => error);
      assert.match(stdout, /^# fail 0$/m, stdout);
      assert.match(stdout, /^# skipped 0$/m, stdout);
      assert.ok(Number(/^# pass (\d+)$/m.exec(stdout)?.[1]) > 15, stdout);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** What the runtimes bring along. */
function sdkParts(cache: string): string[] {
  const modules = findAwsSdk(cache);
  return modules === undefined ? [] : [dirname(modules.dir)];
}

/** What a sandbox sees. */
async function sandboxParts(cache: string): Promise<string[]> {
  const quiet = [() => undefined, AbortSignal.timeout(600_000)] as const;
  const root = await ensureRoot(cache, ...quiet);
  const pythons = await ensurePythons(cache, root, ...quiet);
  const whole = await ensureRootWithModules(cache, root, findAwsSdk(cache), pythons, ...quiet);
  const pythonRoots = Object.values(pythons.roots).map(({ dir }) => dir);
  return [root.dir, ...pythonRoots, whole.dir, ...sdkParts(cache), join(cache, 'runsc')];
}

/**
 * Gives the user what is built already, as if it were the user's own: the cache of root lies where nobody else may look, and to links to
 * somebody else's files no more can be made.
 */
async function share(parts: readonly string[], from: string, to: string): Promise<void> {
  await mkdir(to);
  const there = [...new Set(parts)].filter((part) => existsSync(part)).map((part) => relative(from, part));
  if (there.length > 0) await run('cp', ['-a', '--parents', ...there, to], { cwd: from });
  await run('chown', ['-R', `${userId}:${userId}`, to]);
}
