import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, scryptSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { driversUnderTest } from '../e2e/drivers.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-examples-'));
after(() => rmSync(folder, { recursive: true }));

const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

/** Runs an example as its first lines say; gives what it printed. Its service is its own, in a home that has none. */
async function run(name: string, ...args: readonly string[]): Promise<string> {
  const { HEDDLE_URL: _url, ...rest } = process.env;
  const env = { ...rest, HEDDLE_DRIVER: 'host', HEDDLE_HOME: join(folder, 'home') };
  const path = join('examples/threads', `${name}.ts`);
  const said = /\.\/heddle (.*) examples/.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? '';
  const command = [...said.split(' '), path, ...args];
  const { stdout } = await promisify(execFile)(join(root, 'heddle'), command, { cwd: root, env, timeout: 120_000 });
  return stdout;
}

test('mandelbrot renders a picture', { skip }, async () => {
  const file = join(folder, 'mandelbrot.png');
  assert.match(await run('mandelbrot', file), /: 70 tiles, 640×448 pixels, \d+ ms$/m);
  const png = readFileSync(file);
  assert.deepEqual([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ['PNG', 640, 448]);
  // One chunk of pixels, after the signature (8 bytes) and the head (25).
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  assert.equal(rows.length, 641 * 448);
  assert.ok(new Set(rows).size > 100, 'it has many shades');
});

test('hash-files prints what sha256sum prints', { skip }, async () => {
  const here = join(root, 'examples/threads');
  const expected = readdirSync(here).map((name) => {
    const path = join(here, name);
    return `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path}\n`;
  });
  assert.equal(await run('hash-files'), expected.join(''));
});

test('crawler reads every page of its site, and finds the links that lead nowhere', { skip }, async () => {
  const lines = (await run('crawler')).trimEnd().split('\n');
  assert.equal(lines.pop(), '24 pages, 25 broken links, 49 addresses seen');
  assert.equal(lines.length, 24);
  assert.ok(lines.includes('Page 17  /page-17'));
});

test('progress shows how far its job is, as it goes', { skip }, async () => {
  const lines = (await run('progress', '200000')).trimEnd().split('\n');
  assert.match(lines.pop() ?? '', /^π ≈ 3\.1\d* after 200000 samples$/);
  const shares = lines.flatMap((line) => /^[█░]{30} (\d+) %/.exec(line)?.[1] ?? []).map(Number);
  assert.deepEqual(
    shares,
    Array.from({ length: 20 }, (_, index) => 5 * (index + 1)),
  );
});

test('untrusted snippets are ended at their limits, and leave nothing for the next', { skip }, async () => {
  const printed = await run('untrusted');
  const all = printed.split('\n').filter((line) => /^ {2}\S/.test(line));
  const refusal = /^ {2}\| Egress refused: 192\.0\.2\.1:80 .*the policy "none"/;
  // The kernel tells of it beside the refusal: where the thread has ended by then, nobody hears it.
  assert.ok(all.filter((line) => refusal.test(line)).length <= 1);
  const lines = all.filter((line) => !refusal.test(line));
  // Filling the memory may take a busy machine longer than 2 s; the snippet is ended all the same.
  const results = lines.map((line, index) => (index === 4 ? line.replace(/timeout$/, 'oom') : line));
  assert.deepEqual(results, [
    '  | thinking',
    '  gave 42',
    '  threw TypeError: no such luck',
    '  ended: timeout',
    '  ended: oom',
    "  gave 'no network'",
    '  gave undefined',
    "  gave 'undefined'",
  ]);
  assert.match(await run('untrusted', 'return [...new Set([1, 1])]'), /^ {2}gave \[ 1 \]$/m);
});

test('piscina hashes words in workers that are elsewhere', { skip }, async () => {
  const lines = (await run('piscina', 'weft', 'warp')).trimEnd().split('\n');
  assert.equal(lines.length, 2);
  for (const [index, word] of ['weft', 'warp'].entries()) {
    const [, hash, named, host] = /^(\w+) {2}(\w+) {2}\(on (.+)\)$/.exec(lines[index] ?? '') ?? [];
    assert.deepEqual([named, hash], [word, scryptSync(word, 'pepper', 16).toString('hex')]);
    assert.notEqual(host, hostname());
  }
});

test('every example is tested here', () => {
  const tested = readFileSync(import.meta.filename, 'utf8');
  const programs = readdirSync(join(root, 'examples/threads')).filter((name) =>
    /^\/\/ {3}\.\/heddle .*examples\/threads\//m.test(readFileSync(join(root, 'examples/threads', name), 'utf8')),
  );
  for (const name of programs.filter((file) => file.endsWith('.ts')))
    assert.ok(tested.includes(`run('${name.replace(/\.ts$/, '')}'`), name);
});
