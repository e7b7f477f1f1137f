import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { root } from '../../tools/tidy/source.ts';
import { unpacked } from './unpacked.ts';

const file = join(root, 'deploy/compose/compose.yaml');

/** Debian's docker-compose 2, which reads such a file without an engine. */
async function dockerCompose(): Promise<string> {
  return join(
    await unpacked('docker-compose', ['usr/libexec/docker/cli-plugins/docker-compose'], 'trixie'),
    'docker-compose',
  );
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
