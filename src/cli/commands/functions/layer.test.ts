import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);
const write = (name: string, text: string): string => {
  const path = join(service.home, 'work', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

test('layers are published, listed, used and removed', async () => {
  const folder = dirname(dirname(write('tools/bin/x', '#!/bin/sh\n')));
  assert.match(
    (await heddle('layer', 'publish', folder, '--description', 'mine')).stderr,
    /Published tools:1, arn:.*:tools:1\./,
  );
  await heddle('layer', 'publish', folder);
  assert.match((await heddle('layer', 'list')).stdout, /LAYER .*\ntools +2 /);
  assert.match((await heddle('layer', 'list', 'tools')).stdout, /\ntools +2 .*\ntools +1 .*mine/);
  const code = write('used/index.mjs', 'export const handler = () => 1;');
  const layersOf = async (...args: string[]): Promise<string[]> => {
    const { stdout, stderr } = await heddle('deploy', code, '--json', ...args);
    assert.notEqual(stdout, '', stderr);
    const { Layers = [] }: { Layers?: { Arn: string }[] } = JSON.parse(stdout);
    return Layers.map(({ Arn }) => Arn.split(':').slice(-2).join(':'));
  };
  assert.deepEqual(await layersOf('--layer', 'tools:1'), ['tools:1']);
  assert.deepEqual(await layersOf(), ['tools:1']);
  assert.deepEqual(await layersOf('--layer', 'tools'), ['tools:2']);
  assert.deepEqual(await layersOf('--layer', 'none'), []);
  assert.match((await heddle('deploy', code, '--layer', 'absent')).stderr, /There is no layer absent\./);
  assert.match((await heddle('layer', 'rm', 'tools:1')).stderr, /Removed tools:1\./);
  assert.match((await heddle('layer', 'rm', 'tools')).stderr, /Removed tools:2\./);
  assert.match((await heddle('layer', 'list')).stderr, /No layers yet/);
});
