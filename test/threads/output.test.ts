import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const entry = join(import.meta.dirname, '..', '..', 'src', 'index.ts');

test('a thread prints to the stdout and the stderr of whoever started it, in whole lines, and its logs are one sequence', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-output-'));
  const code = `import { spawn } from ${JSON.stringify(entry)};
    const said = () => {
      console.log('one');
      process.stderr.write('tw');
      process.stdout.write('thr');
      process.stderr.write('o\\n');
      console.error('four');
      process.stdout.write('ee\\n');
      console.warn('five');
      process.stderr.write('the end');
    };
    const thread = spawn(said, [], { name: 'said' });
    const texts = await Array.fromAsync(thread.logs());
    console.log(JSON.stringify(texts.join('')));`;
  const env = { ...process.env, HEDDLE_HOME: home, HEDDLE_DRIVER: 'host', HEDDLE_URL: '' };
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    const logs = JSON.stringify('one\ntwthro\nfour\nee\nfive\nthe end');
    assert.deepEqual(stdout.split('\n'), ['[said] one', '[said] three', logs, '']);
    assert.deepEqual(stderr.split('\n'), ['[said] two', '[said] four', '[said] five', '[said] the end', '']);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
