import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask } from '../../../frontend/testing/ask.ts';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
let folder: string;
before(async () => {
  service = await startTestService();
  folder = join(service.home, 'site');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => 1;');
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);

test('a function is given a URL, which is opened, closed and taken away', async () => {
  assert.match((await heddle('url', 'site')).stderr, /There is no function "site"/);
  const { stderr } = await heddle('deploy', folder, '--url', 'none');
  const text = /http:\/\/\S+\.lambda-url\.localhost:\d+\//.exec(stderr)?.[0] ?? assert.fail(stderr);
  assert.equal((await heddle('url', 'site')).stdout, `${text}\n`);
  const { host } = new URL(text);
  const status = async (): Promise<number> => (await ask(service.url, { headers: { host } })).status;
  assert.equal(await status(), 200);
  writeFileSync(join(folder, 'heddle.json'), '{"url":"iam","urlMode":"stream"}');
  const { stdout } = await heddle('deploy', folder, '--json');
  assert.equal(JSON.parse(stdout).FunctionUrl, text);
  const { AuthType, InvokeMode } = JSON.parse((await heddle('url', 'site', '--json')).stdout);
  assert.deepEqual([AuthType, InvokeMode], ['AWS_IAM', 'RESPONSE_STREAM']);
  assert.equal(await status(), 403);
  await heddle('deploy', folder, '--url', 'off');
  assert.match((await heddle('url', 'site')).stderr, /site has no URL/);
  assert.match(
    (await heddle('deploy', folder, '--url', 'all')).stderr,
    /--url must be none or iam or off; it is "all"/,
  );
});
