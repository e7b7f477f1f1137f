import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalHost } from './local-host.ts';
import { loopbackNetwork } from './network.ts';

/** Ends as a host does that was removed, as long as it has its old id. */
const program = `
import { existsSync } from 'node:fs';
import { join } from 'node:path';
const home = process.argv[process.argv.indexOf('--home') + 1];
if (existsSync(join(home, 'host-id'))) process.exit(7);
console.log('{"event":"ready"}');
setInterval(() => undefined, 1_000);
`;

async function hostIn(folder: string, text: string): Promise<LocalHost> {
  await mkdir(join(folder, 'home', 'peer'), { recursive: true });
  await writeFile(join(folder, 'home', 'host-id'), 'x');
  await writeFile(join(folder, 'home', 'kept'), 'x');
  await writeFile(join(folder, 'up.mjs'), text);
  const network = loopbackNetwork(1);
  const heddle = [process.execPath, join(folder, 'up.mjs')];
  const rest = { flags: [], environment: {}, port: 0, servers: [], keyFile: 'k', onStep: () => undefined };
  return new LocalHost({ n: 0, folder, network, heddle, ...rest });
}

test('a host that was removed from the cluster joins it again as another, with what its home keeps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-local-host-'));
  try {
    const host = await hostIn(folder, program);
    let told = 0;
    await host.start(AbortSignal.timeout(120_000), () => (told += 1));
    await host.process.stop();
    assert.equal(told, 1);
    const there = ['host-id', 'peer', 'kept'].map((name) => existsSync(join(host.home, name)));
    assert.deepEqual(there, [false, false, true]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('one that ends in another way is not changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-local-host-'));
  try {
    const host = await hostIn(folder, 'process.exit(5);');
    await assert.rejects(host.start(AbortSignal.timeout(120_000), assert.fail), /code 5 before it was ready/);
    assert.ok(existsSync(join(host.home, 'host-id')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
