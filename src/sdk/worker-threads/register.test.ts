import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

// Packages as published, in a program of its own as `node --import heddle/register program.mjs` runs it.

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'node_modules/.heddle-register-'));
const home = mkdtempSync(join(tmpdir(), 'heddle-register-'));
after(() => {
  for (const path of [folder, home]) rmSync(path, { recursive: true });
});

/** Runs a program; what it printed as JSON, and how many Workers it started elsewhere. */
async function run(name: string, program: string): Promise<{ readonly said: unknown; readonly starts: number }> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { subscribe } from 'node:diagnostics_channel';
    let starts = 0;
    subscribe('heddle:worker-start', () => (starts += 1));
    const say = (said) => console.log(JSON.stringify({ said, starts }));
    ${program}`,
  );
  const args = ['--import', join(root, 'src/sdk/worker-threads/register.ts'), file];
  const env = { ...process.env, HEDDLE_HOME: home, HEDDLE_DRIVER: 'host', HEDDLE_URL: '' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code]: unknown[] = await once(child, 'close');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

/** Tasks that say where they run. */
function tasks(name: string): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `import { hostname } from 'node:os';
    export const double = (n) => n * 2;
    export default ({ n }) => ({ twice: double(n), host: hostname() });`,
  );
  return JSON.stringify(file);
}

function assertElsewhere({ said, starts }: { readonly said: unknown; readonly starts: number }): void {
  assert.ok(Array.isArray(said));
  assert.deepEqual(
    said.map((one: { twice: number }) => one.twice),
    [0, 2, 4, 6],
  );
  for (const { host } of said) assert.notEqual(host, hostname());
  assert.ok(starts >= 1, 'no Worker was started elsewhere');
}

test('Piscina runs its tasks on cloud threads', async () => {
  assertElsewhere(
    await run(
      'piscina',
      `import { Piscina } from 'piscina';
      const pool = new Piscina({ filename: ${tasks('piscina-task.mjs')}, atomics: 'disabled', maxThreads: 2 });
      say(await Promise.all([0, 1, 2, 3].map((n) => pool.run({ n }))));
      await pool.destroy();`,
    ),
  );
});

test('tinypool runs its tasks on cloud threads', async () => {
  assertElsewhere(
    await run(
      'tinypool',
      `import { Tinypool } from 'tinypool';
      const pool = new Tinypool({ filename: ${tasks('tinypool-task.mjs')}, useAtomics: false, maxThreads: 2 });
      say(await Promise.all([0, 1, 2, 3].map((n) => pool.run({ n }))));
      await pool.destroy();`,
    ),
  );
});

test('workerpool runs its functions on cloud threads', async () => {
  assertElsewhere(
    await run(
      'workerpool',
      `import workerpool from 'workerpool';
      const pool = workerpool.pool({ maxWorkers: 2, workerType: 'thread' });
      const task = async (n) => ({ twice: n * 2, host: (await import('node:os')).hostname() });
      say(await Promise.all([0, 1, 2, 3].map((n) => pool.exec(task, [n]))));
      await pool.terminate();`,
    ),
  );
});

test('a module that is named only later comes along', async () => {
  const { said } = await run(
    'later',
    `import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const worker = new Worker("require('worker_threads').parentPort.once('message', async (file) => { const { double } = await import(file); require('worker_threads').parentPort.postMessage(double(4)); })", { eval: true });
    await once(worker, 'online');
    worker.postMessage(${tasks('later-task.mjs')});
    say(await once(worker, 'message'));`,
  );
  assert.deepEqual(said, [8]);
});

test('Workers that are left when a program has nothing more to do end without a word, as in Node', async () => {
  const { said } = await run(
    'unref',
    `import { Worker } from 'node:worker_threads';
    const worker = new Worker("setInterval(() => require('worker_threads').parentPort.postMessage(1), 1)", { eval: true });
    const events = [];
    for (const name of ['error', 'exit']) worker.on(name, (value) => events.push([name, String(value)]));
    let ended = false;
    worker.on('message', () => ended && events.push(['message']));
    worker.once('online', () => worker.unref());
    process.once('beforeExit', () => (ended = true));
    process.on('exit', () => say(events));`,
  );
  assert.deepEqual(said, []);
});

test('a Worker that is told to stop when a program has nothing more to do says that it has exited', async () => {
  const { said } = await run(
    'beforeexit',
    `import { Worker } from 'node:worker_threads';
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    worker.once('online', () => worker.unref());
    process.once('beforeExit', async () => say(await worker.terminate()));`,
  );
  assert.equal(said, 1);
});

for (const [name, program] of [
  ['Piscina', `import { Piscina as Pool } from 'piscina'; const off = { atomics: 'disabled' };`],
  ['tinypool', `import { Tinypool as Pool } from 'tinypool'; const off = { useAtomics: false };`],
] as const)
  test(`a program may leave its pool of ${name} as it is`, async () => {
    const { said } = await run(
      `${name}-left`,
      `${program}
      const pool = new Pool({ filename: ${tasks(`${name}-left-task.mjs`)}, ...off, minThreads: 1, maxThreads: 2 });
      say((await pool.run({ n: 4 })).twice);`,
    );
    assert.equal(said, 8);
  });
