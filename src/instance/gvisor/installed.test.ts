import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { testPlaces } from '../testing/places.ts';
import { installedRunscs } from './installed.ts';
import { probeGvisor, usableRunsc } from './probe.ts';

/** Makes programs that say they are runsc of these releases, and can do nothing else; gives their paths. */
async function pretenders(t: TestContext, releases: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-runsc-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return Promise.all(
    releases.map(async (release) => {
      const path = join(folder, release, 'runsc');
      await mkdir(dirname(path));
      const script = `#!/bin/sh\n[ "$1" = --version ] && echo "runsc version release-${release}.0" && exit\nexit 7\n`;
      await writeFile(path, script, { mode: 0o755 });
      return path;
    }),
  );
}

test('the one that is named comes first, then those on the path, the newest first, and none too old', async (t) => {
  const [old = '', middle = '', newest = ''] = await pretenders(t, ['20230101', '20250101', '20260801']);
  const path = [old, middle, newest].map((it) => dirname(it)).join(':');
  const found = async (environment: NodeJS.ProcessEnv): Promise<string[]> =>
    (await installedRunscs(environment, AbortSignal.timeout(600_000))).map((runsc) => runsc.path);
  assert.deepEqual(await found({ PATH: path }), [newest, middle]);
  assert.deepEqual(await found({ PATH: path, HEDDLE_RUNSC: old }), [old, newest, middle]);
  assert.deepEqual(await found({ PATH: '/nowhere', HEDDLE_RUNSC: '/nowhere/runsc' }), []);
});

test('one that says it is newer but does not work here is passed over, and named', async (t) => {
  await using places = await testPlaces();
  const signal = AbortSignal.timeout(600_000);
  const verdict = await probeGvisor(places, signal);
  if (!verdict.works) return t.skip(verdict.evidence);
  const [path = ''] = await pretenders(t, ['20990101']);
  const environment = { PATH: process.env['PATH'] ?? '', HEDDLE_RUNSC: path };
  const again = await probeGvisor(places, signal, environment);
  assert.ok(again.works);
  assert.ok(again.evidence.includes(`${path} (runsc version release-20990101.0) was tried before`), again.evidence);
  assert.notEqual((await usableRunsc(places, () => undefined, signal, environment)).path, path);
});
