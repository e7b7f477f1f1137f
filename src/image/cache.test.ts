import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { keyOf, once, type Build } from './cache.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'heddle-cache-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const quiet = (): void => undefined;
const signal = AbortSignal.timeout(600_000);
const write = async ({ folder }: Build): Promise<void> => writeFile(join(folder, 'content'), 'whole');

test('what is asked for twice is built once and found again', async () => {
  let builds = 0;
  const build = async (task: Build): Promise<void> => {
    builds++;
    await write(task);
  };
  const first = await once(dir, 'thing', build, quiet, signal);
  const second = await once(dir, 'thing', build, quiet, signal);
  assert.equal(first, second);
  assert.equal(builds, 1);
  assert.equal(await readFile(join(first, 'content'), 'utf8'), 'whole');
});

test('of several who ask at the same time, one builds and the others wait for it', async () => {
  let builds = 0;
  const build = async (task: Build): Promise<void> => {
    builds++;
    await write(task);
  };
  const paths = await Promise.all(Array.from({ length: 4 }, () => once(dir, 'thing', build, quiet, signal)));
  assert.equal(new Set(paths).size, 1);
  assert.equal(builds, 1);
});

test('a build that fails leaves nothing, and the next one may succeed', async () => {
  const fail = async (task: Build): Promise<void> => {
    await write(task);
    throw new Error('no luck');
  };
  await assert.rejects(once(dir, 'thing', fail, quiet, signal), /no luck/);
  assert.deepEqual(await readdir(dir), []);
  await once(dir, 'thing', write, quiet, signal);
});

test('a build that is given up leaves nothing', async () => {
  const stop = new AbortController();
  const build = async (task: Build): Promise<void> => {
    await write(task);
    stop.abort(new Error('not wanted any more'));
  };
  await assert.rejects(once(dir, 'thing', build, quiet, stop.signal), /not wanted any more/);
  assert.deepEqual(await readdir(dir), []);
});

test(
  'a builder that dies holds nobody up for ever, and what it left is cleared away',
  { timeout: 900_000 },
  async () => {
    const program = `
    import { once } from ${JSON.stringify(new URL('cache.ts', import.meta.url).href)};
    import { writeFileSync } from 'node:fs';
    await once(${JSON.stringify(dir)}, 'thing', async ({ folder }) => {
      writeFileSync(folder + '/content', 'half');
      console.log('building');
      await new Promise(() => setInterval(() => undefined, 1_000));
    }, () => undefined, new AbortController().signal);`;
    const builder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await event(builder.stdout, 'data');
    builder.kill('SIGKILL');
    await event(builder, 'exit');
    assert.equal((await readdir(dir)).length, 2, 'a lock and half a build');
    // As it is a while later, without the while.
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(dir, 'thing.lock'), longAgo, longAgo);
    const path = await once(dir, 'thing', write, quiet, signal);
    assert.equal(await readFile(join(path, 'content'), 'utf8'), 'whole');
    assert.deepEqual(await readdir(dir), ['thing']);
  },
);

test('a key is the same for the same inputs and another for others', () => {
  assert.equal(keyOf({ a: 1, b: ['x'] }), keyOf({ a: 1, b: ['x'] }));
  assert.notEqual(keyOf({ a: 1 }), keyOf({ a: 2 }));
});
