import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AddPermissionCommand, CreateFunctionUrlConfigCommand, type InvokeMode } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { ask, type Asked, type Told } from '../../src/frontend/testing/ask.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { frameworks, packages } from './frameworks.ts';
import { installed, writeFiles } from '../e2e/packages-cache.ts';
import { deploy, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const ready = await installed(packages);
const streaming = new Set(['hono-stream-handle', 'throws']);

/** Each framework as one file, for functions that differ by it alone. */
async function bundles(modules: string): Promise<Record<string, Uint8Array>> {
  const folder = await mkdtemp(join(modules, '../urls-'));
  try {
    const files = Object.entries(frameworks).map(([name, text]) => [`${name}.mjs`, text] as const);
    await writeFiles(folder, Object.fromEntries(files));
    const { outputFiles } = await build({
      entryPoints: files.map(([file]) => join(folder, file)),
      ...{ outdir: folder, bundle: true, write: false, platform: 'node', format: 'cjs', logLevel: 'error' },
    });
    const entries = outputFiles.map(
      ({ path, contents }) => [/([^/]+)\.js$/.exec(path)?.[1] ?? path, contents] as const,
    );
    return Object.fromEntries(entries);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Deploys code and gives it a URL that everybody may call. */
async function withUrl(service: RunningService, name: string, code: string): Promise<URL> {
  await deploy(service, name, code, { MemorySize: 256, Timeout: 20 });
  const InvokeMode: InvokeMode = streaming.has(name) ? 'RESPONSE_STREAM' : 'BUFFERED';
  const { client } = service;
  const about = { FunctionName: name, Principal: '*' };
  const { FunctionUrl } = await client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE', InvokeMode }),
  );
  await client.send(
    new AddPermissionCommand({
      ...about,
      StatementId: 'u',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  await client.send(
    new AddPermissionCommand({
      ...about,
      StatementId: 'f',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  );
  return new URL(FunctionUrl ?? '');
}

/** Asks a URL whose name need not be known to this machine's resolver. */
function get(url: URL, asked: Asked = {}): Promise<Told> {
  return ask(`http://127.0.0.1:${url.port}`, { ...asked, headers: { host: url.host, ...asked.headers } });
}

/** The first part of an answer that would not end by itself. */
async function firstPart(url: URL, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(
    { port: url.port, host: '127.0.0.1', path, headers: { host: url.host }, agent: false },
    (response) => {
      response.once('data', (part: Buffer) => {
        resolve(part.toString());
        sent.destroy();
      });
    },
  );
  sent.on('error', reject).end();
  return promise;
}

async function asksAll(url: URL): Promise<void> {
  const headers = { 'x-agent': 'test', cookie: 'c=3; d=4' };
  const hello = await get(url, { path: '/hello/A%20b?x=1&y=%C3%A9', headers });
  assert.equal(hello.status, 200, hello.body);
  // Adapters put cookies together again in ways of their own.
  const said = JSON.parse(hello.body.replace('c=3;d=4', 'c=3; d=4'));
  assert.deepEqual(said, { name: 'A b', x: '1', y: 'é', agent: 'test', cookie: 'c=3; d=4' });
  const cookies = [hello.headers['set-cookie'] ?? []].flat();
  assert.deepEqual(
    cookies.map((cookie) => cookie.split(';')[0]),
    ['a=1', 'b=2'],
  );
  const body = JSON.stringify({ text: 'ü', n: [1] });
  const echo = await get(url, { method: 'POST', path: '/echo', body, headers: { 'content-type': 'application/json' } });
  assert.deepEqual([echo.status, JSON.parse(echo.body)], [201, { text: 'ü', n: [1] }]);
  const bytes = await get(url, { path: '/bytes' });
  assert.deepEqual([bytes.status, bytes.headers['content-type']], [200, 'image/png']);
  assert.equal(bytes.body, Buffer.from([0, 255, 128]).toString());
  const elsewhere = await get(url, { path: '/elsewhere' });
  assert.deepEqual([elsewhere.status, elsewhere.headers['location']], [302, '/hello/you']);
  assert.equal((await get(url, { path: '/nothing' })).status, 404);
  assert.equal((await get(url, { method: 'HEAD', path: '/hello/you' })).body, '');
}

const throwing = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath === '/at-once') throw new Error('secret');
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 202, cookies: ['a=1', 'b=2'] });
  stream.write('half');
  await new Promise((resolve) => setTimeout(resolve, 50));
  throw new Error('secret');
});`;

for (const { name: driver, skip } of (await driversUnderTest({ usual: 'host' })).filter(
  ({ name }) => name !== 'microvm',
))
  describe(`functions' URLs, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    const urls: Record<string, URL> = {};
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', driver);
      const codes = 'skip' in ready ? {} : await bundles(ready.modules);
      const all = [['throws', throwing] as const, ...Object.entries(codes)];
      const made = await Promise.all(
        all.map(async ([name, code]) => [name, await withUrl(service, name, Buffer.from(code).toString())] as const),
      );
      Object.assign(urls, Object.fromEntries(made));
    });
    after(() => service[Symbol.asyncDispose]());
    const at = (name: string): URL => urls[name] ?? assert.fail(`There is no ${name}.`);

    for (const name of Object.keys(frameworks))
      test(`${name} serves a site as it does elsewhere`, { skip: 'skip' in ready && ready.skip }, () =>
        asksAll(at(name)),
      );

    test(
      'the first part of a stream arrives while its handler runs',
      { skip: 'skip' in ready && ready.skip },
      async () => {
        assert.equal(await firstPart(at('hono-stream-handle'), '/endless'), 'first');
        // Its container is not lost by that: who left is noticed, and the handler comes to its end.
        assert.equal((await get(at('hono-stream-handle'), { path: '/hello/again' })).status, 200);
      },
    );

    test('a handler that throws in mid-stream cuts the connection; before, it is a bad gateway', async () => {
      await assert.rejects(get(at('throws')), { code: 'ECONNRESET' });
      const { status, body } = await get(at('throws'), { path: '/at-once' });
      assert.deepEqual([status, body], [502, 'Internal Server Error']);
    });
  });
