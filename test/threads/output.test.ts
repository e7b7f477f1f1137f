import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const entry = join(import.meta.dirname, '..', '..', 'src', 'index.ts');

/** Runs a program on an embedded service, and gives what it printed. */
async function run(code: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-output-'));
  const env = { ...process.env, HEDDLE_HOME: home, HEDDLE_DRIVER: 'host', HEDDLE_URL: '' };
  const program = `import { spawn } from ${JSON.stringify(entry)};\n${code}`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  try {
    return await promisify(execFile)(process.execPath, args, { env });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test('a thread prints to the stdout and the stderr of whoever started it, in whole lines, and its logs are one sequence', async () => {
  const { stdout, stderr } = await run(`
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
    console.log(JSON.stringify(texts.join('')));`);
  const logs = JSON.stringify('one\ntwthro\nfour\nee\nfive\nthe end');
  assert.deepEqual(stdout.split('\n'), ['[said] one', '[said] three', logs, '']);
  assert.deepEqual(stderr.split('\n'), ['[said] two', '[said] four', '[said] five', '[said] the end', '']);
});

test('a failure that nobody waits for is told on stderr, and no other one', async () => {
  const { stdout, stderr } = await run(`
    const fail = (text) => {
      throw new TypeError(text);
    };
    spawn(fail, ['unseen'], { name: 'lonely' });
    const seen = spawn(fail, ['seen']);
    const cancelled = spawn(() => new Promise(() => setInterval(() => undefined, 1_000)), []);
    await cancelled.start;
    await cancelled.cancel();
    await seen.then(undefined, (error) => console.log(error.message));`);
  assert.equal(stdout, 'seen\n');
  assert.equal(stderr, '[lonely] failed, and nobody waited for it: TypeError: unseen\n');
});
