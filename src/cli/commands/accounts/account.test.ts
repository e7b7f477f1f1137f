import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);

test('an account is made, limited, shown, listed and removed', async () => {
  const made = await heddle('account', 'create', 'ci', '--concurrency', '20', '--rate', '100/500');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /✓ Made the account \d{12} \(ci\)\./);
  assert.match(made.stdout, /^export HEDDLE_ACCESS_KEY_ID=AKIA\w{16}\nexport HEDDLE_SECRET_ACCESS_KEY=\w{40}\n$/);
  const limited = await heddle('account', 'limit', 'ci', '--memory', '4G', '--code', '500M', '--concurrency', 'none');
  assert.match(
    limited.stdout,
    /\nconcurrency +none +0\nmemory +4,096 MB +0 MB\ncode +500\.0 MB +0\.0 KB\nrate +100\/s, 500 at once/,
  );
  assert.equal((await heddle('account', 'limit', 'ci')).stdout, limited.stdout);
  assert.match((await heddle('account', 'list')).stdout, /\(operator\).*\n\d{12} +ci +1 +0 +0\.0 KB +\d{4}-/);
  assert.match((await heddle('account', 'show')).stdout, /^\d{12}, the operator's\n/);
  const shown: unknown = JSON.parse((await heddle('account', 'show', 'ci', '--json')).stdout);
  assert.deepEqual(Object(shown).limits, {
    memoryMb: 4_096,
    codeBytes: 524_288_000,
    requestsPerSecond: 100,
    requestsAtOnce: 500,
  });
  for (const args of [
    ['--rate', '0'],
    ['--memory', '4X'],
    ['--concurrency', 'many'],
  ]) {
    const refused = await heddle('account', 'limit', 'ci', ...args);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--\w+ must be .*, or "none"; it is "/);
  }
  assert.match((await heddle('account', 'rm', 'ci')).stderr, /✓ Removed the account ci/);
  const gone = await heddle('account', 'show', 'ci');
  assert.equal(gone.code, 4);
  assert.match(gone.stderr, /There is no account "ci"\. \(ResourceNotFoundException\)/);
});

test('keys are made, listed, rotated, disabled, enabled and removed; a shell takes a new one in', async () => {
  await heddle('account', 'create', 'team');
  const { stdout } = await heddle('key', 'create', '--account', 'team');
  const script = `${stdout}exec "$0" --disable-warning=ExperimentalWarning "$1" account show --json`;
  const main = join(import.meta.dirname, '../../main.ts');
  const env = { PATH: process.env['PATH'], HEDDLE_HOME: service.home };
  const asTeam = await promisify(execFile)('sh', ['-c', script, process.execPath, main], { env });
  assert.equal(Object(JSON.parse(asTeam.stdout)).name, 'team');

  const ids = async (): Promise<string[]> =>
    (await heddle('key', 'list', '--account', 'team')).stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replace(/ +\d{12} +/, ' ').slice(0, 29));
  const [first = '', second = ''] = (await ids()).map((line) => line.slice(0, 20));
  assert.match(
    (await heddle('key', 'disable', first)).stderr,
    /✓ Disabled AKIA\w+; sessions that it had opened are over/,
  );
  assert.deepEqual(await ids(), [`${first} disabled`, `${second} enabled `]);
  await heddle('key', 'enable', first);
  await heddle('key', 'rm', second);
  const rotated = await heddle('key', 'rotate', first);
  assert.match(rotated.stderr, new RegExp(`${first} is still good.*heddle key disable ${first}`));
  assert.equal((await ids()).length, 2);
  const refused = await heddle('key', 'list', '--account', 'none');
  assert.equal(refused.code, 4);
});

test('the command line goes on with the new key when its own one is rotated', async () => {
  const idInFile = (): string => /AKIA\w+/.exec(readFileSync(join(service.home, 'credentials'), 'utf8'))?.[0] ?? '';
  const before = idInFile();
  const rotated = await heddle('key', 'rotate', '--json');
  const { key } = Object(JSON.parse(rotated.stdout));
  assert.equal(idInFile(), key.accessKeyId);
  assert.equal((await heddle('key', 'disable', before)).code, 0);
  assert.equal((await heddle('key', 'list')).code, 0);
  assert.match(
    (await heddle('key', 'disable', key.accessKeyId)).stderr,
    /is the last key that is good of the operator/,
  );
});

test('usage is shown by function, by time, and as JSON', async () => {
  assert.match((await heddle('usage')).stderr, /Nothing was used in that time/);
  mkdirSync(join(service.home, 'work'), { recursive: true });
  const code = join(service.home, 'work', 'used.mjs');
  writeFileSync(code, 'export const handler = (e) => e;');
  await heddle('deploy', code);
  await heddle('invoke', 'used', '--payload', '1');
  await heddle('invoke', 'used', '--payload', '{"fail":true}');
  assert.match((await heddle('usage')).stdout, /ACCOUNT .*\n\d{12} +used +2 +1 +\d[\d.]* +0 B\n$/);
  assert.match(
    (await heddle('usage', '--account', 'all', '--time', '--since', '2h')).stdout,
    /\n\d{12} +\d{4}-\d\d-\d\d \d\d:00 +2 +1 /,
  );
  const [record] = JSON.parse((await heddle('usage', '--json')).stdout);
  assert.equal(Object(record).requests, 2);
});
