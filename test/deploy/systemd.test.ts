import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterFields } from '../../src/cli/settings/cluster-fields.ts';
import { fields } from '../../src/cli/settings/fields.ts';
import { root } from '../../tools/tidy/source.ts';

const source = join(root, 'deploy/systemd');
const skip =
  spawnSync('systemd-analyze', ['--version']).status === 0
    ? false
    : 'systemd-analyze (package systemd) is not on this machine';

/** systemd's own scale, 0 to 10, times ten. A Go server that needs nothing; and a host, which makes namespaces, mounts and new kinds of processes all day. */
const exposureMax = { 'nats-server.service': 20, 'heddle.service': 45 };

describe('units of systemd', { skip }, () => {
  let folder: string;
  const analyze = (...args: string[]): SpawnSyncReturns<string> =>
    spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heddle-units-'));
    await cp(source, folder, { recursive: true });
    // Debian's own, which the drop-in is for; neither needs the program to be where it is there.
    await cp(join(import.meta.dirname, 'fixtures/nats-server.service'), join(folder, 'nats-server.service'));
    for (const file of ['nats-server.service', 'nats-server.service.d/heddle.conf']) {
      const text = await readFile(join(folder, file), 'utf8');
      await writeFile(join(folder, file), text.replaceAll('/usr/sbin/nats-server', '/usr/bin/env'));
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [unit, max] of Object.entries(exposureMax))
    test(`${unit} is one that systemd understands whole, and is confined`, () => {
      const { status, stderr } = analyze('verify', join(folder, unit));
      assert.deepEqual([status, stderr], [0, '']);
      const judged = analyze('security', '--offline=true', `--threshold=${max}`, join(folder, unit));
      assert.equal(judged.status, 0, judged.stdout.split('\n').slice(-3).join('\n'));
    });
});

test('heddle.env sets what `heddle up` reads', async () => {
  const known: readonly string[] = Object.values({ ...fields, ...clusterFields }).map(({ environment }) => environment);
  const text = await readFile(join(source, 'heddle.env'), 'utf8');
  const named = [...text.matchAll(/^#?(HEDDLE_[A-Z_]+)=/gm)].map(([, name]) => name ?? '');
  assert.ok(named.length > 0);
  const unknown = named.filter((name) => !known.includes(name));
  assert.deepEqual(unknown, []);
});
