import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { keyOf, once, type Build } from '../../src/image/cache.ts';
import { downloadPackages } from '../../src/image/debian.ts';
import { suiteSources } from '../../src/image/package-sources.ts';
import { runTool } from '../../src/image/tool.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { root } from '../../tools/tidy/source.ts';

const file = join(root, 'deploy/compose/compose.yaml');
const getMsMax = 300_000;

/** Debian's docker-compose 2, which reads such a file without an engine: unpacked into the cache. */
async function dockerCompose(): Promise<string> {
  const unpack = async ({ folder, signal }: Build): Promise<void> => {
    const files = await downloadPackages(
      ['docker-compose'],
      join(folder, '.apt'),
      signal,
      await suiteSources('trixie'),
    );
    const found = files.find((path) => basename(path).startsWith('docker-compose_'));
    assert.ok(found !== undefined);
    await runTool('dpkg-deb', ['-x', found, join(folder, '.unpacked')], { signal });
    const plugin = join(folder, '.unpacked/usr/libexec/docker/cli-plugins/docker-compose');
    await rename(plugin, join(folder, 'docker-compose'));
    for (const rest of ['.apt', '.unpacked']) await rm(join(folder, rest), { recursive: true, force: true });
    await chmod(folder, 0o755);
  };
  const tools = join(testCache(), 'test-tools');
  const signal = AbortSignal.timeout(getMsMax);
  const folder = await once(tools, `docker-compose-${keyOf({ recipe: 1 })}`, unpack, () => undefined, signal);
  return join(folder, 'docker-compose');
}

async function composeOr(context: TestContext): Promise<string | undefined> {
  try {
    return await dockerCompose();
  } catch (error) {
    context.skip(`Debian's docker-compose of trixie cannot be had here: ${String(error).slice(0, 200)}`);
    return undefined;
  }
}

test('docker compose reads the file and all that is in it', async (context) => {
  const program = await composeOr(context);
  if (program === undefined) return;
  const { status, stdout, stderr } = spawnSync(program, ['-f', file, 'config', '--format', 'json'], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  const { services }: { services: Record<string, { cap_drop?: string[]; ports?: { host_ip?: string }[] }> } =
    JSON.parse(stdout);
  assert.deepEqual(Object.keys(services).toSorted(), [
    'heddle-1',
    'heddle-2',
    'heddle-3',
    'nats-1',
    'nats-2',
    'nats-3',
  ]);
  for (const { cap_drop, ports = [] } of Object.values(services)) {
    assert.deepEqual(cap_drop, ['ALL']);
    // Unencrypted: nobody but this machine.
    assert.ok(ports.every(({ host_ip }) => host_ip === '127.0.0.1'));
  }
});

test('it is what the linter of compose files takes', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [linter, '--quiet', file], { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});

const linter = join(root, 'node_modules/dclint/bin/dclint.cjs');

test('every volume that is named is there', async () => {
  const { services, volumes }: { services: Record<string, { volumes: string[] }>; volumes: object } = parse(
    await readFile(file, 'utf8'),
    { merge: true },
  );
  const named = Object.values(services).flatMap((service) =>
    service.volumes.map((volume) => volume.split(':')[0] ?? ''),
  );
  const own = named.filter((name) => !name.startsWith('./'));
  assert.deepEqual(own.toSorted(), Object.keys(volumes).toSorted());
});
