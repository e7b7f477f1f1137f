import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { perl } from '../e2e/perl-bootstrap.ts';
import { deploy, invoke, littleWarm, newHome, startHeddleBy, type RunningService } from '../e2e/service.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';

const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? false;
const root = join(import.meta.dirname, '..', '..');

/** A function that has OpenTelemetry's SDK in it, as one file. */
async function tracedFunction(): Promise<Uint8Array> {
  const entry = join(import.meta.dirname, 'fixtures', 'traced.mjs');
  const bundled = await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', write: false });
  return await zipOf({ 'index.js': bundled.outputFiles[0]?.text ?? '' });
}

interface Seen {
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  readonly header: string;
}

describe('a service that exports traces', { skip }, () => {
  let receiver: OtlpReceiver;
  let service: RunningService;
  before(async () => {
    receiver = await startOtlpReceiver();
    const environment = [
      'env',
      'OTEL_BSP_SCHEDULE_DELAY=20',
      'OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test',
    ];
    const flags = ['--driver', 'host', ...littleWarm, '--otlp-endpoint', receiver.url, '--trace-ratio', '0'];
    service = await startHeddleBy(environment, await newHome(), ...flags);
    await deploy(service, 'traced', '', {
      Code: { ZipFile: await tracedFunction() },
      Timeout: 60,
      Environment: { Variables: { RECEIVER: `http://host.heddle.internal:${receiver.port}/v1/traces` } },
      Tags: { 'heddle:egress': `host.heddle.internal:${receiver.port}` },
    });
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  /** Invokes it as a caller who is traced, with what an instrumented client sends along. */
  async function call(headers: Readonly<Record<string, string>>, event: object = {}, name = 'traced'): Promise<Seen> {
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) });
    const send: (typeof service)['client']['send'] = service.client.send.bind(service.client);
    command.middlewareStack.add(
      (next) => async (args) => {
        if (typeof args.request === 'object' && args.request !== null && 'headers' in args.request)
          Object.assign(Object(args.request.headers), headers);
        return await next(args);
      },
      { step: 'build' },
    );
    const { Payload } = await send(command);
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }

  function of(traceId: string): ReadonlyMap<string, ReceivedSpan> {
    return new Map(receiver.spans.filter((span) => span.traceId === traceId).map((span) => [span.name, span]));
  }

  test('an invocation is one trace: the caller, the request, its parts, and spans of the function’s own', async () => {
    const [traceId, callerId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const seen = await call({ traceparent: `00-${traceId}-${callerId}-01`, tracestate: 'vendor=1,other=2' });
    const names = ['traced', 'request', 'placement', 'start', 'handler', 'work'];
    await receiver.until(() => names.every((name) => of(traceId).has(name)));
    const spans = of(traceId);
    const span = (name: string): ReceivedSpan => spans.get(name) ?? assert.fail(name);
    const server = span('traced');
    assert.equal(server.parentId, callerId);
    assert.equal(server.kind, 2);
    assert.equal(server.traceState, 'vendor=1,other=2');
    for (const name of names.slice(1, -1)) assert.equal(span(name).parentId, server.spanId, name);
    // What user code was handed is the handler's span.
    assert.equal(span('work').parentId, span('handler').spanId);
    assert.equal(seen.traceparent, `00-${traceId}-${span('handler').spanId}-01`);
    assert.equal(seen.tracestate, 'vendor=1,other=2');
    assert.match(
      seen.header,
      new RegExp(`^Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=${span('handler').spanId};Sampled=1`),
    );
    for (const each of spans.values()) {
      assert.ok(each.startNs <= each.endNs, each.name);
      // The parts lie within the whole, to the microsecond that clocks are rounded to.
      if (each.scope === 'heddle')
        assert.ok(server.startNs - each.startNs < 2_000n && each.endNs - server.endNs < 2_000n, each.name);
    }
    const { attributes, resource } = server;
    assert.equal(attributes['faas.name'], 'traced');
    assert.equal(attributes['rpc.method'], 'Lambda/Invoke');
    assert.equal(attributes['http.request.method'], 'POST');
    assert.match(String(attributes['cloud.resource_id']), /:function:traced$/);
    assert.equal(resource['service.name'], 'heddle');
    assert.equal(resource['deployment.environment.name'], 'test');
    assert.ok(receiver.types.has('POST /v1/traces application/x-protobuf'));
  });

  test('whose caller does not keep its trace has no spans, and its code knows that; nor has one that begins here, of which none is kept', async () => {
    const traceId = '1af7651916cd43dd8448eb211c80319c';
    const seen = await call({ traceparent: `00-${traceId}-b7ad6b7169203331-00` });
    assert.match(seen.traceparent ?? '', new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const before = receiver.spans.length;
    assert.equal((await call({})).traceparent, null);
    // The next that is kept comes after them.
    const kept = '2af7651916cd43dd8448eb211c80319c';
    await call({ traceparent: `00-${kept}-b7ad6b7169203331-01` });
    await receiver.until(() => of(kept).has('handler'));
    assert.equal(of(traceId).size, 0);
    assert.deepEqual(
      new Set(
        receiver.spans
          .slice(before)
          .filter(({ scope }) => scope === 'heddle')
          .map((span) => span.traceId),
      ),
      new Set([kept]),
    );
  });

  test('an error of the function is one of its spans', async () => {
    const traceId = '3af7651916cd43dd8448eb211c80319c';
    await call(
      { 'x-amzn-trace-id': `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=b7ad6b7169203331;Sampled=1` },
      { fail: true },
    );
    await receiver.until(() => of(traceId).has('traced') && of(traceId).has('handler'));
    assert.equal(of(traceId).get('traced')?.status, 2);
    assert.equal(of(traceId).get('handler')?.status, 2);
    assert.equal(of(traceId).get('traced')?.attributes['error.type'], 'Unhandled');
  });

  test('code of Python, and a program of one’s own, are handed the same', async () => {
    const python = `import os
def handler(event, context):
    return [os.environ.get(name) for name in ("_X_AMZN_TRACE_ID", "TRACEPARENT", "TRACESTATE")]`;
    const said = (header: string): string => String.raw`$head =~ /^${header}: ([^\r]+)/mi ? "$1" : 'none'`;
    const words = ['Lambda-Runtime-Trace-Id', 'traceparent', 'tracestate'].map((header) => `(${said(header)})`);
    const program = perl(`$event = '["' . join('","', ${words.join(', ')}) . '"]'`);
    const functions = [
      [
        'snake',
        { Runtime: 'python3.11', Handler: 'app.handler', Code: { ZipFile: await zipOf({ 'app.py': python }) } },
      ],
      ['own', { Runtime: 'provided.al2023', Code: { ZipFile: await zipOf({ bootstrap: program }, 0o755) } }],
    ] as const;
    for (const [n, [name, options]] of functions.entries()) {
      await deploy(service, name, '', { MemorySize: 128, Timeout: 60, ...options });
      const traceId = `5${n}f7651916cd43dd8448eb211c80319c`;
      const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=1' };
      const [first, ...others] = Object.values(await call(headers, {}, name));
      await receiver.until(() => of(traceId).has('handler'));
      const handler = of(traceId).get('handler') ?? assert.fail(name);
      const header = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${handler.spanId};Sampled=1`;
      assert.ok(first?.startsWith(header), `${name} was handed ${first}`);
      assert.deepEqual(others, [`00-${traceId}-${handler.spanId}-01`, 'vendor=1'], name);
    }
  });

  test('whichever way a call starts, its trace has the parts of that', async () => {
    const environment = ['env', 'OTEL_BSP_SCHEDULE_DELAY=20'];
    const flags = ['--driver', 'host', '--warm', 'none', '--otlp-endpoint', receiver.url];
    await using cold = await startHeddleBy(environment, await newHome(), ...flags);
    receiver.clear();
    const starts = (): ReceivedSpan[] => receiver.spans.filter(({ attributes }) => attributes['faas.name'] === 'any');
    await deploy(cold, 'any', 'exports.handler = async (event) => new Promise((done) => setTimeout(done, 300, event))');
    // At once: the first has what was made ready, the others have to have something made.
    await Promise.all(Array.from({ length: 6 }, () => invoke(cold, 'any')));
    await invoke(cold, 'any');
    await receiver.until(() => starts().length === 7 && starts().every(({ traceId }) => of(traceId).has('handler')));
    const usual = ['placement', 'start', 'handler'];
    const wanted: Readonly<Record<string, readonly string[]>> = {
      'reused-container': usual,
      'new-container': [...usual, 'load code', 'init'],
      'warm-instance': [...usual, 'load code', 'init'],
      'cold-instance': [...usual, 'load code', 'init'],
    };
    const seen = new Set<string>();
    for (const { traceId, attributes } of starts()) {
      const path = String(attributes['heddle.start.path']);
      seen.add(path);
      const names = [...of(traceId).keys()];
      // What was on its way already when it came was only waited for.
      if (path.endsWith('-instance'))
        assert.ok(
          names.some((name) => /^instance |^queue$/.test(name)),
          names.join(', '),
        );
      for (const name of wanted[path] ?? [path])
        assert.ok(names.includes(name), `${name} of ${path}: ${names.join(', ')}`);
    }
    assert.ok(seen.has('reused-container') && seen.size > 1, [...seen].join(', '));
  });

  test('threads have a trace with their program: each a span of its own, also those that travelled together', async () => {
    const [traceId, callerId] = ['4af7651916cd43dd8448eb211c80319c', 'c7ad6b7169203331'];
    const program = spawn(
      process.execPath,
      [join(root, 'src/cli/main.ts'), 'run', join(import.meta.dirname, 'fixtures', 'program.ts')],
      {
        env: {
          ...process.env,
          HEDDLE_HOME: service.home,
          TRACEPARENT: `00-${traceId}-${callerId}-01`,
          TRACESTATE: 'vendor=1',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [printed, [code]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
    assert.equal(code, 0);
    const handed: string[] = JSON.parse(printed);
    const threads = (): ReceivedSpan[] =>
      receiver.spans.filter((span) => span.traceId === traceId && span.name === 'thread traced');
    const codes = (): ReceivedSpan[] =>
      receiver.spans.filter((span) => span.traceId === traceId && span.name === 'thread code');
    await receiver.until(() => threads().length >= handed.length && codes().length >= handed.length);
    assert.ok(threads().every(({ parentId }) => parentId === callerId));
    assert.deepEqual(
      codes()
        .map(({ parentId }) => parentId)
        .toSorted(),
      threads()
        .map(({ spanId }) => spanId)
        .toSorted(),
    );
    assert.deepEqual(
      handed.toSorted(),
      codes()
        .map(({ spanId }) => `00-${traceId}-${spanId}-01 vendor=1`)
        .toSorted(),
    );
  });

  test('what became of spans is counted', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.ok(Number(/^heddle_traces_spans_exported_total (\d+)$/m.exec(metrics)?.[1]) > 20, metrics);
    assert.match(metrics, /^heddle_traces_spans_dropped_total\{reason="full"\} 0$/m);
  });
});
