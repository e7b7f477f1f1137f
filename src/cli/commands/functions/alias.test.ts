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

async function deploy(text: string): Promise<void> {
  const path = join(service.home, 'work', 'hello', 'index.mjs');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const { code, stderr } = await heddle('deploy', path, '--name', 'hello');
  assert.equal(code, 0, stderr);
}

test('a function is published, and an alias shifts a part of its calls', async () => {
  await deploy('export const handler = () => 1;');
  assert.match((await heddle('publish', 'hello')).stderr, /Published hello:1: it stays/);
  assert.match((await heddle('publish', 'hello')).stderr, /Published hello:1/);
  await deploy('export const handler = () => 2;');
  const published = await heddle('publish', 'hello', '--description', 'second', '--json');
  assert.deepEqual([JSON.parse(published.stdout).Version, JSON.parse(published.stdout).Description], ['2', 'second']);
  assert.match((await heddle('alias', 'set', 'hello:live', '1')).stderr, /hello:live is version 1\./);
  assert.match(
    (await heddle('alias', 'set', 'hello:live', '1', '--shift', '2=10%')).stderr,
    /hello:live is version 1, 10 % to 2\./,
  );
  assert.match((await heddle('alias', 'list', 'hello')).stdout, /ALIAS +VERSION.*\nlive +1, 10 % to 2/);
  const shifted = await heddle('invoke', 'hello:live');
  assert.equal(shifted.code, 0);
  assert.match(shifted.stderr, /^✓ .* · version [12]\n/);
  assert.doesNotMatch((await heddle('invoke', 'hello')).stderr, /version/);
  assert.equal(JSON.parse((await heddle('invoke', 'hello:2', '--json')).stdout).version, '2');
  assert.match((await heddle('alias', 'set', 'hello:live', '2')).stderr, /hello:live is version 2\./);
  assert.match((await heddle('alias', 'rm', 'hello:live')).stderr, /Removed hello:live/);
  assert.match((await heddle('alias', 'list', 'hello')).stderr, /hello has no aliases/);
});

test('what cannot be is refused with what to do', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['publish', 'hallo'], /There is no function "hallo"[\s\S]*hello/],
    [['alias', 'set', 'hello', '1'], /An alias is NAME:ALIAS/],
    [['alias', 'set', 'hello:live', '1', '--shift', '2=200%'], /A shift is VERSION=PERCENT%/],
    [['alias', 'set', 'hello:live', '9'], /Function not found: .*:9/],
    [['alias', 'rm', 'hello:gone'], /There is no alias hello:gone/],
    [['invoke', 'hello:gone'], /hello has no version or alias "gone"\.[\s\S]*alias list hello/],
    [['invoke', 'hallo:live'], /There is no function "hallo:live"/],
    [['alias', 'list', 'none'], /There is no function "none"/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await heddle(...args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, message);
  }
});
