import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { runCli, startTestService } from '../testing.ts';
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
});
