import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { runCli, startTestService } from '../../testing.ts';
import { shellQuote } from './env.ts';

test('a shell reads back what was quoted, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))), (words) => {
      const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellQuote).join(' ')} end`]);
      assert.deepEqual(printed.toString('utf8').split('\0').slice(0, -2), words);
    }),
    { numRuns: 50 },
  );
});

test('heddle env points AWS tools at the service, against what was set before', async () => {
  await using service = await startTestService();
  const { stdout } = await runCli(service.home, ['env']);
  const script = `export AWS_ACCESS_KEY_ID=stale; eval "$1"; echo "$AWS_ENDPOINT_URL_LAMBDA,$AWS_PROFILE,\${AWS_ACCESS_KEY_ID-none}"`;
  const seen = execFileSync('sh', ['-c', script, 'sh', stdout]).toString('utf8').trim();
  assert.equal(seen, `${service.url},heddle,none`);
  // Version 2 of the SDK for JavaScript has no key without both, and none where the file is not there.
  assert.match(stdout, /^export AWS_SDK_LOAD_CONFIG=1$/m);
  const [, configuration = ''] = /^export AWS_CONFIG_FILE=(.+)$/m.exec(stdout) ?? [];
  assert.match(readFileSync(configuration, 'utf8'), /^\[heddle\]$/m);
  mkdirSync(join(service.home, '.aws'));
  writeFileSync(join(service.home, '.aws', 'config'), '');
  assert.doesNotMatch((await runCli(service.home, ['env'])).stdout, /AWS_CONFIG_FILE/);
});

test('where a key is in the environment AWS tools use that one, and no other account’s', async () => {
  await using service = await startTestService();
  const key = { HEDDLE_ACCESS_KEY_ID: 'AKIAOTHER', HEDDLE_SECRET_ACCESS_KEY: 's3/c=r+et' };
  const { stdout } = await runCli(service.home, ['env'], '', service.home, key);
  const script = `export AWS_PROFILE=stale AWS_SESSION_TOKEN=stale; eval "$1"; echo "$AWS_ACCESS_KEY_ID,$AWS_SECRET_ACCESS_KEY,\${AWS_PROFILE-none},\${AWS_SESSION_TOKEN-none}"`;
  const seen = execFileSync('sh', ['-c', script, 'sh', stdout]).toString('utf8').trim();
  assert.equal(seen, 'AKIAOTHER,s3/c=r+et,none,none');
});
