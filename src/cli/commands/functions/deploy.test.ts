import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { limits } from '../../../model/limits.ts';
import { zipOf } from '../../../sdk/platform/zip.ts';
import { endedLine } from './runtime-names.ts';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);
const write = (name: string, text: string | Uint8Array): string => {
  const path = join(service.home, 'work', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const deployed = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { stdout, stderr } = await heddle('deploy', ...args, '--json');
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

test('`deploy .` calls the function as the folder is called', async () => {
  const folder = dirname(write('my.api/index.ts', 'export const handler = () => 1;'));
  const { stderr } = await runCli(service.home, ['deploy', '.'], '', folder);
  assert.match(stderr, /Deployed my-api\./);
  assert.equal((await deployed(folder))['FunctionName'], 'my-api');
});

test('a redeploy keeps runtime, handler, memory, time-out and environment, and one flag changes one of them', async () => {
  const folder = dirname(write('keeps/src/app.ts', 'export const main = () => 1;'));
  write('keeps/index.ts', 'export const handler = () => 2;');
  const root = dirname(folder);
  const wish = [
    '--handler',
    'src/app.main',
    '--runtime',
    'nodejs22.x',
    '--memory',
    '300',
    '--timeout',
    '9',
    '--env',
    'A1=b',
  ];
  const first = await deployed(root, ...wish);
  const kept = {
    Handler: 'src/app.main',
    Runtime: 'nodejs22.x',
    MemorySize: 300,
    Timeout: 9,
    Environment: { Variables: { A1: 'b' } },
  };
  assert.partialDeepStrictEqual(first, kept);
  const second = await deployed(root);
  assert.partialDeepStrictEqual(second, kept);
  assert.equal(second['CodeSha256'], first['CodeSha256']);
  assert.partialDeepStrictEqual(await deployed(root, '--memory', '512'), { ...kept, MemorySize: 512 });
});

test('an export that is not there is said before anything is sent, with those that are there', async () => {
  const none = await heddle('deploy', write('none.ts', 'const handler = () => 1; void handler;'));
  assert.equal(none.code, 2);
  assert.match(none.stderr, /none\.ts does not export "handler"; it exports nothing\.\n.*export const handler/);
  const other = await heddle('deploy', write('other.ts', 'export const main = () => 1;'));
  assert.match(other.stderr, /it exports "main"\.\n.*--handler other\.main/);
  assert.match((await heddle('invoke', 'other')).stderr, /There is no function "other"/);
  const path = join(service.home, 'work', 'other.ts');
  assert.equal((await deployed(path, '--handler', 'other.main'))['Handler'], 'other.main');
});

test('code of another kind does not take the place of a function that happens to be called so', async () => {
  const node = 'export const handler = () => 1;';
  const python = 'def handler(event, context):\n    return 1\n';
  await deployed(dirname(write('n/same/index.ts', node)));
  const folder = dirname(write('p/same/app.py', python));
  const refused = await heddle('deploy', folder);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /There is a function same of nodejs24\.x, and .*p\/same is Python\.\n.*--name NAME\..*--runtime python3/,
  );
  assert.equal((await deployed(folder, '--name', 'snake', '--runtime', 'python3.11'))['Handler'], 'app.handler');
  const back = await heddle('deploy', dirname(write('n/snake/index.ts', node)));
  assert.match(back.stderr, /There is a function snake of python3\.11, and .* is Node's\.\n.*--runtime nodejs24\.x/);
  const both = dirname(write('b/same/app.py', python));
  write('b/same/index.ts', node);
  assert.equal((await deployed(both))['Runtime'], 'nodejs24.x', 'What it was, it can go on to be.');
});

test('a zip file that the service would refuse for its size is not sent', async () => {
  const zip = write('large.zip', '');
  truncateSync(zip, limits.codeZipBytesMax + 1);
  const { code, stderr } = await heddle('deploy', zip);
  assert.equal(code, 2);
  assert.match(stderr, /The code has 100\.0 MB packed; at most 100\.0 MB are allowed\.$/m);
});

test('what a zip file lacks is said, too', async () => {
  const data = Buffer.from('export const main = () => 1;');
  const zip = write('built.zip', await zipOf([{ path: 'app.mjs', mode: 0o644, data }]));
  assert.deepEqual((await deployed(zip))['Warnings'], [
    'The zip file has no index.js, index.mjs or index.cjs, which the handler index.handler names.',
  ]);
  assert.deepEqual((await deployed(zip, '--handler', 'app.main'))['Warnings'], []);
  assert.match(
    (await heddle('deploy', zip, '--handler', 'app.other')).stderr,
    /Beware: app\.mjs does not export "other"/,
  );
});

test('what goes into a function is said, with the reason', async () => {
  const path = write('asks/index.ts', 'export const handler = () => import.meta.dirname;');
  assert.match(
    String((await deployed(path))['Packed']),
    /^As it is with what it needs, 2 files, .*, not as one bundle: index\.ts uses `import\.meta\.dirname`\.$/,
  );
  assert.match(
    String((await deployed(path, '--bundle'))['Packed']),
    /^As one bundle .*--bundle, which may lose something/,
  );
  const simple = write('simple.ts', 'export const handler = () => 1;');
  assert.match(String((await deployed(simple, '--no-bundle'))['Packed']), /^As it is, 2 files, .* --no-bundle\.$/);
});

test('that AWS has ended a runtime is said of those that it has ended', () => {
  assert.match(endedLine('nodejs18.x') ?? '', /AWS has ended nodejs18\.x/);
  assert.equal(endedLine('nodejs24.x'), undefined);
});

/** Resolves when a text has come. */
async function says(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (pattern.test(text)) resolve(text);
    });
  child.once('exit', () => reject(new Error(`It ended, having said: ${text}`)));
  return await promise;
}

test('`dev` deploys at each save, says what is wrong, and shows what is printed', async () => {
  const code =
    "import { readFileSync } from 'node:fs'; import { n } from './part.ts';" +
    "export const handler = () => n + readFileSync(`${import.meta.dirname}/views/page.html`, 'utf8');";
  const path = write('dev/watched.ts', code);
  write('dev/views/page.html', 'one');
  const part = write('dev/part.ts', 'export const n: number = 1;');
  const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
  const env = { PATH: process.env['PATH'], HOME: service.home, HEDDLE_HOME: service.home };
  const child = spawn(process.execPath, [main, 'dev', path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await says(child, /Deployed watched\.[^]*Ctrl-C ends/);
    const broken = says(child, /part\.ts changed[^]*part\.ts:1[^]*Ctrl-C ends/);
    writeFileSync(part, 'export const n: number = ;');
    await broken;
    const mended = says(child, /part\.ts changed[^]*Updated watched\.[^]*Ctrl-C ends/);
    writeFileSync(part, 'export const n: number = 2;');
    await mended;
    const filled = says(child, /page\.html changed[^]*Updated watched\.[^]*Ctrl-C ends/);
    write('dev/views/page.html', 'two');
    await filled;
    const printed = says(child, /it ran/);
    await heddle('invoke', 'watched');
    await printed;
  } finally {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    assert.equal(await ended, 0);
  }
});

test('a folder with a bootstrap is sent as it is, executable, for the runtime that runs it', async () => {
  const folder = dirname(write('program/bootstrap', '#!/bin/sh\n'));
  write('program/data/words.txt', 'a');
  const first = await deployed(folder);
  assert.deepEqual([first['Runtime'], first['Handler']], ['provided.al2023', 'bootstrap']);
  assert.match(String(first['Packed']), /^As it is, 2 files/);
  assert.match(JSON.stringify(first['Warnings']), /bootstrap is not executable/);
  const again = await deployed(join(folder, 'bootstrap'), '--handler', 'mine');
  assert.deepEqual([again['FunctionName'], again['Handler']], ['program', 'mine']);
  assert.match(String(again['Packed']), /^As it is, 1 file,/);
  const { stderr } = await heddle('deploy', dirname(write('empty/x.txt', '')), '--runtime', 'provided');
  assert.match(stderr, /has no file named bootstrap/);
});
