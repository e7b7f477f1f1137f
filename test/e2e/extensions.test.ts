import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { driversUnderTest } from './drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from './service.ts';

const folder = join(import.meta.dirname, 'extensions');
/** Serverless, Inc.'s: an external extension, and an internal one by a wrapper. */
const published = fileURLToPath(import.meta.resolve('@serverless/aws-lambda-otel-extension-dist/extension.zip'));
const host = 'host.heddle.internal';

/** An event as extensions send it on: one of theirs, or one of telemetry's. */
interface Shipped {
  readonly eventType?: string;
  readonly shutdownReason?: string;
  readonly requestId?: string;
  readonly type?: string;
  readonly record?: unknown;
}

/** Where extensions ship to: keeps what comes by POST, and answers GET when it is told to. */
class Sink implements AsyncDisposable {
  readonly #server: Server;
  /** By path, which is a function's name. */
  readonly #shipped = new Map<string, Shipped[]>();
  readonly #held = new Map<string, ServerResponse[]>();
  #wake: () => void = () => undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      const name = (request.url ?? '/').slice(1);
      if (request.method === 'GET') {
        this.#held.set(name, [...(this.#held.get(name) ?? []), response]);
        this.#wake();
        return;
      }
      void buffer(request).then((bytes) => {
        const body = bytes.toString('latin1');
        this.#shipped.set(name, this.shipped(name).concat(parsed(body)));
        response.end();
        this.#wake();
      });
    });
  }

  static async start(): Promise<Sink> {
    const sink = new Sink();
    await new Promise<void>((resolve) => void sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  shipped(name: string): readonly Shipped[] {
    return this.#shipped.get(name) ?? [];
  }

  /** Resolves when it has been shipped something like that. */
  async until(name: string, has: (events: readonly Shipped[]) => boolean): Promise<readonly Shipped[]> {
    while (!has(this.shipped(name))) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.shipped(name);
  }

  /** Resolves when so many wait for their answer. */
  async held(name: string, count: number): Promise<void> {
    while ((this.#held.get(name)?.length ?? 0) < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  letGo(name: string): void {
    for (const response of this.#held.get(name)?.splice(0) ?? []) response.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What is no JSON is kept as it is. */
function parsed(body: string): Shipped | readonly Shipped[] {
  try {
    return JSON.parse(body);
  } catch {
    return { type: 'bytes', record: body };
  }
}

function ofType(events: readonly Shipped[], type: string): readonly Shipped[] {
  return events.filter((event) => event.type === type);
}

const ended = (events: readonly Shipped[]): boolean => events.some(({ eventType }) => eventType === 'SHUTDOWN');

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; what is tested is the same there.
  if (driver === 'microvm') continue;
  const noCurl = driver === 'host' && !existsSync('/usr/bin/curl') && 'this machine has no curl';
  describe(`extensions, driver ${driver}`, { skip: skip === false ? noCurl : skip }, () => {
    let service: RunningService;
    let sink: Sink;
    const layers = new Map<string, string>();

    async function layer(name: string, files: Readonly<Record<string, string>>): Promise<string> {
      const Content = { ZipFile: await zipOf(files, 0o755) };
      const command = new PublishLayerVersionCommand({ LayerName: name.replace('.', '-'), Content });
      const { LayerVersionArn = '' } = await service.client.send(command);
      layers.set(name, LayerVersionArn);
      return LayerVersionArn;
    }

    async function deployed(
      name: string,
      extension: string,
      code: Readonly<Record<string, string>>,
      more: Partial<CreateFunctionCommandInput> = {},
      variables: Readonly<Record<string, string>> = {},
    ): Promise<void> {
      await deploy(service, name, '', {
        Code: { ZipFile: await zipOf(code, 0o755) },
        Layers: [layers.get(extension) ?? ''],
        Environment: { Variables: { SINK: `http://${host}:${sink.port}/${name}`, ...variables } },
        ...more,
      });
    }

    /** Makes its containers old: they end. */
    const change = (name: string): Promise<unknown> =>
      service.client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Description: 'changed' }));

    before(async () => {
      sink = await Sink.start();
      const flags = ['--driver', driver, ...littleWarm, '--egress', `public ${host}:${sink.port}`];
      service = await startHeddle(await newHome(), ...flags);
      for (const name of ['ship.mjs', 'ship.py', 'hold.sh'])
        await layer(name, { [`extensions/${name}`]: readFileSync(join(folder, name), 'utf8') });
      await layer('crash', { 'extensions/crash': '#!/bin/bash\necho "no database"\nexit 4\n' });
    });
    after(async () => {
      await service?.[Symbol.asyncDispose]();
      await sink?.[Symbol.asyncDispose]();
    });

    test('telemetry of a function in Node reaches an HTTP sink, and so does the end of its container', async () => {
      const code = `exports.handler = async (event) => { console.log('hello', event.n); return process.env.AWS_LAMBDA_RUNTIME_API; };`;
      await deployed('shipped', 'ship.mjs', { 'index.js': code });
      const first = await invoke(service, 'shipped', { n: 1 });
      assert.equal(first.payload, '127.0.0.1:9001');
      assert.match(first.log, /subscribed 200\n/);
      assert.match(first.log, /EXTENSION\tName: ship\.mjs\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]\n/);
      const events = await sink.until('shipped', (all) => ofType(all, 'platform.runtimeDone').length > 0);
      const types = events.map(({ type = 'event' }) => type);
      for (const type of ['initStart', 'telemetrySubscription', 'initRuntimeDone', 'extension', 'initReport', 'start'])
        assert.ok(types.includes(`platform.${type}`), `${type} in ${types.join()}`);
      assert.match(JSON.stringify(ofType(events, 'function')), /hello 1/);
      assert.match(JSON.stringify(ofType(events, 'extension')), /subscribed 200/);
      await invoke(service, 'shipped', { n: 2 });
      const reported = await sink.until('shipped', (all) => ofType(all, 'platform.report').length > 0);
      assert.match(JSON.stringify(ofType(reported, 'platform.report')[0]), /"memorySizeMB":256/);
      await change('shipped');
      const all = await sink.until('shipped', ended);
      assert.equal(all.find(({ eventType }) => eventType === 'SHUTDOWN')?.shutdownReason, 'spindown');
      assert.match(JSON.stringify(ofType(all, 'function')), /hello 2/);
    });

    test('an answer does not wait for a slow extension; its container does, and is used again then', async () => {
      await deployed(
        'slow',
        'hold.sh',
        { 'index.js': 'exports.handler = async () => 1;' },
        { Timeout: 60 },
        { HOLD: '1' },
      );
      const first = await invoke(service, 'slow');
      assert.equal(first.payload, 1);
      await sink.held('slow', 1);
      const second = await invoke(service, 'slow');
      assert.notEqual(second.container, first.container);
      await sink.held('slow', 2);
      sink.letGo('slow');
      // The way from the sink's answer to its next question is the extension's own.
      const own = new Set([first.container, second.container]);
      while (!own.has((await invoke(service, 'slow')).container)) sink.letGo('slow');
      sink.letGo('slow');
    });

    test('an extension that does not come to its end within the time-out is told so, and its container is gone', async () => {
      await deployed(
        'hangs',
        'hold.sh',
        { 'index.js': 'exports.handler = async () => 1;' },
        { Timeout: 1 },
        { HOLD: '1' },
      );
      const first = await invoke(service, 'hangs');
      await sink.held('hangs', 1);
      const second = await invoke(service, 'hangs');
      assert.notEqual(second.container, first.container);
      // What it waits for never comes: it is killed with its container, and the sink's end of it is cut.
      await sink.held('hangs', 2);
    });

    test('the end of a function out of time is told as such', async () => {
      await deployed(
        'late',
        'hold.sh',
        { 'index.js': 'exports.handler = () => new Promise(() => setTimeout(() => {}, 60_000));' },
        { Timeout: 1 },
      );
      const { payload } = await invoke(service, 'late');
      assert.match(JSON.stringify(payload), /Task timed out after 1\.00 seconds/);
      const events = await sink.until('late', ended);
      assert.equal(events.find(({ eventType }) => eventType === 'SHUTDOWN')?.shutdownReason, 'timeout');
    });

    test('one that crashes at its start fails the call, with AWS’s words and what it printed', async () => {
      await deployed('crash', 'crash', { 'index.js': 'exports.handler = async () => 1;' });
      for (let n = 0; n < 2; n++) {
        const { payload, functionError, log } = await invoke(service, 'crash');
        assert.equal(functionError, 'Unhandled');
        assert.match(
          JSON.stringify(payload),
          /^\{"errorType":"Extension\.Crash","errorMessage":"RequestId: \S+ Error: exit status 4"\}$/,
        );
        assert.match(log, /no database\n[^]*REPORT .*Status: error\tError Type: Extension\.Crash/);
      }
    });

    test(
      'a published extension, unmodified, reports a function’s spans and metrics',
      { timeout: 900_000 },
      async () => {
        const Content = { ZipFile: readFileSync(published) };
        const { LayerVersionArn = '' } = await service.client.send(
          new PublishLayerVersionCommand({ LayerName: 'published', Content }),
        );
        layers.set('published', LayerVersionArn);
        const url = `http://${host}:${sink.port}/published`;
        const variables = {
          AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-extension/otel-handler',
          SLS_OTEL_REPORT_METRICS_URL: url,
          SLS_OTEL_REPORT_TRACES_URL: url,
        };
        await deployed(
          'published',
          'published',
          { 'index.js': 'exports.handler = async () => 1;' },
          { MemorySize: 512, Runtime: 'nodejs22.x', Timeout: 30 },
          variables,
        );
        assert.equal((await invoke(service, 'published')).payload, 1);
        // Spans come from inside the function, metrics when the Logs API has reported; both in protocol buffers.
        const has = (words: RegExp) => (all: readonly Shipped[]) =>
          all.some(({ record }) => words.test(String(record)));
        const all = await sink.until('published', has(/@opentelemetry\/instrumentation-aws-lambda/));
        assert.ok(has(/faas\.execution/)(all));
        await invoke(service, 'published');
        await sink.until('published', has(/faas\.duration/));
      },
    );

    test('beside Python and beside a bootstrap they are the same', async () => {
      const python = existsSync('/usr/bin/python3.11') || driver === 'gvisor';
      const more = { Runtime: 'python3.11', Handler: 'app.handler' } as const;
      const wrapper = { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrap' };
      const files = {
        'app.py': 'import os\ndef handler(event, context):\n  print("from python")\n  return os.environ["WRAPPED"]\n',
        wrap: '#!/bin/bash\nexport WRAPPED=yes\nexec "$@"\n',
      };
      if (python) await deployed('python', 'ship.py', files, more, wrapper);
      const bootstrap = readFileSync(join(import.meta.dirname, 'bootstraps/tutorial.sh'), 'utf8');
      const script = readFileSync(join(import.meta.dirname, 'bootstraps/function.sh'), 'utf8');
      const own = { Runtime: 'provided.al2023', Handler: 'function.handler' } as const;
      await deployed('bash', 'hold.sh', { bootstrap, 'function.sh': script }, own);
      assert.deepEqual((await invoke(service, 'bash', { n: 1 })).payload, { echoed: { n: 1 } });
      assert.deepEqual((await invoke(service, 'bash', { n: 2 })).payload, { echoed: { n: 2 } });
      await change('bash');
      const seen = await sink.until('bash', ended);
      assert.deepEqual(seen.map(({ eventType }) => eventType).slice(0, 2), ['INVOKE', 'INVOKE']);
      if (!python) return;
      assert.equal((await invoke(service, 'python')).payload, 'yes');
      const events = await sink.until('python', (all) => ofType(all, 'platform.runtimeDone').length > 0);
      assert.match(JSON.stringify(ofType(events, 'function')), /from python/);
      await change('python');
      await sink.until('python', ended);
    });
  });
}
