import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
  const path = join(service.home, 'resize.mjs');
  writeFileSync(path, 'export const handler = async () => 1;');
  await heddle('deploy', path);
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = (...args: readonly string[]): Promise<CliRun> => runCli(service.home, args);

test('a hint says what is prepared, for people and for programs', async () => {
  const { stdout } = await heddle('hint', 'resize', '--expect', '3', '--within', '5s');
  assert.match(stdout, /resize.*: 3 of 3 expected calls \(3 being prepared\)\./);
  const answer: unknown = JSON.parse((await heddle('hint', 'resize', '--json')).stdout);
  assert.deepEqual(answer, { function: 'resize', count: 1, withinMs: 30_000, taken: 1, ready: 0, refused: [] });
});

test('what is no number, no time or no function is refused in words', async () => {
  const said = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const { code, stderr } = await heddle('hint', ...args);
    return [code, stderr];
  };
  const [code, text] = await said('resize', '--expect', '0');
  assert.equal(code, 2);
  assert.match(text, /--expect must be a whole number from 1/);
  assert.match((await said('resize', '--within', '5'))[1], /--within must be a duration with its unit/);
  assert.match((await said('resize', '--within', '2h'))[1], /--within must be from 100ms to 15m; it is "2h"/);
  assert.match((await said('resise'))[1], /Did you mean "resize"\?/);
});

test('triggers are notified, listed, turned off and on, and removed', async () => {
  assert.match((await heddle('triggers')).stderr, /No trigger was notified yet/);
  assert.match(
    (await heddle('triggers', 'notify', 'deploy-started')).stdout,
    /nothing follows it that is certain enough/,
  );
  assert.match((await heddle('triggers')).stdout, /deploy-started +1 .* ago +nothing yet/);
  await heddle('triggers', 'off', 'deploy-started');
  const listed = async (): Promise<unknown> => JSON.parse((await heddle('triggers', '--json')).stdout);
  const [shown] = Object(await listed());
  assert.deepEqual([shown.name, shown.prepares, shown.notified, shown.follows], ['deploy-started', false, 1, []]);
  await heddle('triggers', 'on', 'deploy-started');
  await heddle('triggers', 'rm', 'deploy-started');
  assert.deepEqual(await listed(), []);
  const { code, stderr } = await heddle('triggers', 'off', 'deploy-started');
  assert.equal(code, 4);
  assert.match(stderr, /There is no trigger deploy-started/);
  assert.match((await heddle('triggers', 'notify', 'no/name')).stderr, /The name of a trigger has 1 to 128/);
});
