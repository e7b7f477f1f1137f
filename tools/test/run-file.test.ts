import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../tidy/source.ts';
import type { FileResult } from './results.ts';

const hangMsMax = 600_000;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-run-file-'));
});

after(() => rm(folder, { recursive: true }));

/** In a process of its own: the runner of tests does not run in a test. */
async function runFile(file: string, fileMsMax: number): Promise<FileResult> {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const script = join(folder, 'run.mjs');
  await writeFile(
    script,
    `import { runFile } from ${JSON.stringify(join(root, 'tools/test/run-file.ts'))};
     console.log(JSON.stringify(await runFile(process.argv[2], Number(process.argv[3]))));
     process.exit();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, String(fileMsMax)], { cwd: root, env });
  const result: FileResult = JSON.parse(stdout);
  return result;
}

/** Writes a test file; its path as the runner names files. */
async function testFile(name: string, body: string): Promise<string> {
  const path = join(folder, `${name}.test.mjs`);
  await writeFile(
    path,
    `import { after, test } from 'node:test';\nimport { spawn } from 'node:child_process';\n${body}\n`,
  );
  return relative(root, path);
}

test('what passes, fails and is skipped is counted, a failure with its words', async () => {
  const file = await testFile(
    'mixed',
    `test('a', () => {}); test('b', () => { throw new Error('no luck'); }); test('c', { skip: 'no such device' }, () => {});`,
  );
  const { passed, failures, skipped } = await runFile(file, hangMsMax);
  assert.equal(passed, 1);
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.said ?? '', /no luck/);
  assert.deepEqual(skipped, [{ file, name: 'c', reason: 'no such device' }]);
});

test('a file whose last hook fails has failed', async () => {
  const file = await testFile('hook', `test('a', () => {}); after(() => { throw new Error('left something'); });`);
  const { failures } = await runFile(file, hangMsMax);
  assert.equal(failures.length, 1);
});

test('a file that does not end is killed, with what it has started and holds its output open', async () => {
  const file = await testFile(
    'hanging',
    `process.on('SIGTERM', () => {});
     spawn('sleep', ['3600'], { detached: true, stdio: 'inherit' }).unref();
     test('waits', () => new Promise(() => setInterval(() => {}, 1_000)));`,
  );
  const { failures, durationMs } = await runFile(file, 3_000);
  assert.ok(durationMs < hangMsMax);
  const late = failures.find(({ name }) => name.includes('in time'));
  assert.match(late?.said ?? '', /sleep 3600/);
});

test('what a file leaves running is told of and killed', async () => {
  const file = await testFile(
    'leaving',
    `spawn('sleep', ['3601'], { detached: true, stdio: 'ignore' }).unref(); test('a', () => {});`,
  );
  const { failures, left } = await runFile(file, hangMsMax);
  assert.equal(failures.length, 0);
  assert.deepEqual(left, ['sleep 3601']);
});
