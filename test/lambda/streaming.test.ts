import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  InvokeWithResponseStreamCommand,
  PublishLayerVersionCommand,
  type InvokeWithResponseStreamCommandInput,
} from '@aws-sdk/client-lambda';
import { signedHeaders } from '../../src/frontend/testing/signed-headers.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { openGate, type Gate } from './gate.ts';

// Answers that are streamed, by the stock AWS clients, on each driver that runs here at native speed.

const streams = `
const { once } = require('node:events');
const { setTimeout: wait } = require('node:timers/promises');
const chunks = Array.from({ length: 26 }, (_, n) => Buffer.alloc(65_536, 97 + n));
const does = {
  async echo(event, stream) { stream.write('first'); await fetch(event.gate); stream.end('last'); },
  async whole(event, stream) { stream.write('a'); stream.end('b'); },
  async fail(event, stream) { if (event.after) stream.write('some'); throw new RangeError('as asked'); },
  async late(event, stream) { stream.write('some'); await wait(60_000); },
  async die(event, stream) { stream.write('some'); await wait(10); process.abort(); },
  async large(event, stream) {
    for (let n = 0; n < event.mb * 16; n++) if (!stream.write(chunks[n % 26])) await once(stream, 'drain');
    stream.end();
    return undefined;
  },
  async left(event, stream) {
    stream.on('error', (error) => console.log('told ' + error.code));
    stream.write('some');
    while (!stream.destroyed) await wait(5);
    console.log('went on');
  },
};
exports.handler = awslambda.streamifyResponse((event, stream) => does[event.do](event, stream));
`;

const python = `
def handler(event, context):
    if event.get("fail"):
        yield "some"
        raise ValueError("as asked")
    yield b"first"
    yield "last"
`;

/** Streams its answer by AWS's Runtime API, and says of each event what that tells it. */
const bootstrap = `#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
while true; do
  HEADERS=$(mktemp)
  curl -sS -o /dev/null -D "$HEADERS" "$api/invocation/next"
  ID=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([^\\r]*\\)\\r*$/\\1/Ip' "$HEADERS")
  (printf first; curl -sS -o /dev/null "$GATE"; printf last) | curl -sS -o /dev/null -X POST -H 'Lambda-Runtime-Function-Response-Mode: streaming' \\
    -H 'Content-Type: text/plain' -H 'Expect:' -T - "$api/invocation/$ID/response"
done
`;

const extension = `#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
ID=$(curl -sS -o /dev/null -D - -X POST -H 'Lambda-Extension-Name: quiet' -d '{"events":["INVOKE"]}' "$api/register" | sed -n 's/^lambda-extension-identifier: *\\([^\\r]*\\)\\r*$/\\1/Ip')
while true; do curl -sS -o /dev/null -H "Lambda-Extension-Identifier: $ID" "$api/event/next"; done
`;

/** What a stock client made of a streamed answer. */
interface Streamed {
  readonly text: string;
  readonly complete: { readonly ErrorCode?: string | undefined; readonly ErrorDetails?: string | undefined };
  readonly log: string;
  readonly version: string | undefined;
}

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; the runtimes are the same.
  if (driver === 'microvm') continue;
  describe(`streamed answers, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    let gate: Gate;
    before(async () => {
      [service, gate] = await Promise.all([
        newHome().then((home) => startHeddle(home, '--driver', driver)),
        openGate(),
      ]);
      await deploy(service, 'streams', streams, { Timeout: 60, Tags: gate.tags });
    });
    after(() => Promise.all([service[Symbol.asyncDispose](), gate[Symbol.asyncDispose]()]));

    async function streamed(
      event: object,
      more: Partial<InvokeWithResponseStreamCommandInput> = {},
      onPart?: () => unknown,
    ): Promise<Streamed> {
      const command = new InvokeWithResponseStreamCommand({
        FunctionName: 'streams',
        Payload: JSON.stringify(event),
        LogType: 'Tail',
        ...more,
      });
      const { EventStream = [], ExecutedVersion: version } = await service.client.send(command);
      let text = '';
      let complete: (Streamed['complete'] & { readonly LogResult?: string | undefined }) | undefined;
      for await (const { PayloadChunk, InvokeComplete } of EventStream) {
        if (PayloadChunk !== undefined) await onPart?.();
        text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
        complete = InvokeComplete ?? complete;
      }
      assert.ok(complete !== undefined, 'the stream ended without InvokeComplete');
      const log = Buffer.from(complete.LogResult ?? '', 'base64').toString();
      return { text, complete, log, version };
    }

    /** The raw answer, as its first bytes are there and nothing was read. */
    async function raw(event: object): Promise<IncomingMessage> {
      const profile = parseIni(await readFile(join(service.home, 'credentials'), 'utf8')).get('heddle');
      const key = {
        accessKeyId: profile?.get('aws_access_key_id') ?? '',
        secretAccessKey: profile?.get('aws_secret_access_key') ?? '',
      };
      const path = '/2021-11-15/functions/streams/response-streaming-invocations';
      const body = JSON.stringify(event);
      const headers = await signedHeaders({ url: service.url, region: 'us-east-1', key }, 'POST', path, body);
      return new Promise((resolve, reject) => {
        const { port, hostname } = new URL(service.url);
        const options = {
          host: hostname,
          port,
          path,
          method: 'POST',
          headers: { ...headers, host: new URL(service.url).host },
        };
        request({ ...options, agent: false }, resolve)
          .on('error', reject)
          .end(body);
      });
    }

    test('the first part comes before the handler ends, and the REPORT line counts to the end of the stream', async () => {
      const door = gate.door();
      const { text, complete, log, version } = await streamed({ do: 'echo', gate: door.url }, {}, () =>
        setTimeout(door.open, 500),
      );
      assert.equal(text, 'firstlast');
      assert.deepEqual([complete.ErrorCode, version], [undefined, '$LATEST']);
      assert.ok(door.shutMs() > 0);
      assert.ok(Number(/\tDuration: ([\d.]+) ms/.exec(log)?.[1]) >= door.shutMs(), log);
    });

    test('a caller who wants it whole gets it whole, and one who streams gets what is whole in one part', async () => {
      await deploy(
        service,
        'whole',
        'exports.handler = async (event) => { if (event.fail) throw new TypeError("no"); return event; };',
      );
      assert.equal((await streamed({ n: 1 }, { FunctionName: 'whole' })).text, '{"n":1}');
      const failed = await streamed({ fail: true }, { FunctionName: 'whole' });
      assert.deepEqual([failed.text, failed.complete.ErrorCode], ['', 'Unhandled']);
      await deploy(
        service,
        'json',
        `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('{"n":'); stream.end('2}'); });`,
      );
      assert.deepEqual((await invoke(service, 'json')).payload, { n: 2 });
    });

    test('the metrics count what is streamed', async () => {
      const counted = async (): Promise<number> => {
        const metrics = await (await fetch(`${service.url}/metrics`)).text();
        return Number(/^heddle_streamed_bytes_total (\d+)$/m.exec(metrics)?.[1]);
      };
      const before = await counted();
      await streamed({ do: 'large', mb: 1 });
      assert.equal((await counted()) - before, 1_048_576);
    });

    test('what is thrown before and after the first part is told in the last message', async () => {
      for (const after of [false, true]) {
        const { text, complete } = await streamed({ do: 'fail', after });
        assert.deepEqual([text, complete.ErrorCode], [after ? 'some' : '', 'Unhandled']);
        const { errorType, errorMessage } = JSON.parse(complete.ErrorDetails ?? '');
        assert.deepEqual([errorType, errorMessage], ['RangeError', 'as asked']);
      }
    });

    test('a time-out and a crash in mid-stream are told so', async () => {
      await deploy(service, 'short', streams, { Timeout: 1 });
      const [late, dead] = await Promise.all([
        streamed({ do: 'late' }, { FunctionName: 'short' }),
        streamed({ do: 'die' }),
      ]);
      assert.deepEqual([late.text, late.complete.ErrorCode], ['some', 'Unhandled']);
      assert.match(late.complete.ErrorDetails ?? '', /Sandbox\.Timedout.*timed out after 1\.00 seconds/);
      assert.deepEqual([dead.text, dead.complete.ErrorCode], ['some', 'Unhandled']);
      assert.match(dead.complete.ErrorDetails ?? '', /Runtime\.ExitError/);
    });

    test('a client that goes away: its handler is told, and goes on to its end', async () => {
      const response = await raw({ do: 'left' });
      const container = response.headers['x-heddle-container'];
      response.destroy();
      // The container takes nothing else until that invocation is over.
      for (;;) {
        const { log } = await streamed({ do: 'whole' });
        assert.match(log, /START/);
        const logs = await promisify(execFile)(process.execPath, [
          join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts'),
          'logs',
          'streams',
          '--home',
          service.home,
        ]).then(({ stdout }) => stdout);
        if (/told ECONNRESET[\s\S]*went on/.test(logs)) break;
      }
      assert.ok(typeof container === 'string');
    });

    test('a client that does not read stops its handler, fills nobody’s memory, and holds up nobody else', async () => {
      const residentMb = async (): Promise<number> => {
        const status = await readFile(`/proc/${service.process.pid}/status`, 'utf8');
        return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
      };
      await streamed({ do: 'large', mb: 4 });
      const before = await residentMb();
      const stalled = await raw({ do: 'large', mb: 200 });
      for (let n = 0; n < 3; n++) assert.equal((await streamed({ do: 'whole' })).text, 'ab');
      let mostMb = await residentMb();
      let bytes = 0;
      for await (const part of stalled) {
        bytes += part.length;
        if (bytes % 64 === 0) mostMb = Math.max(mostMb, await residentMb());
      }
      assert.ok(bytes > 200 * 1_048_576, `${bytes} bytes`);
      mostMb = Math.max(mostMb, await residentMb());
      assert.ok(mostMb - before < 100, `the service grew by ${mostMb - before} MB`);
      const { log } = await streamed({ do: 'whole' });
      assert.match(log, /Max Memory Used: \d+ MB/);
      assert.ok(Number(/Max Memory Used: (\d+) MB/.exec(log)?.[1]) < 150, log);
    });

    test('what a slow client reads is what was written, part by part', async () => {
      const { text } = await streamed({ do: 'large', mb: 8 }, {}, () => wait(2));
      const expected = Array.from({ length: 128 }, (_, n) => String.fromCharCode(97 + (n % 26)).repeat(65_536));
      assert.ok(text === expected.join(''));
    });

    test('Python: a generator, by itself and with what it raises', async () => {
      const Code = { ZipFile: await zipOf({ 'app.py': python }) };
      await deploy(service, 'python', '', { Runtime: 'python3.11', Handler: 'app.handler', Code });
      assert.equal((await streamed({}, { FunctionName: 'python' })).text, 'firstlast');
      const failed = await streamed({ fail: true }, { FunctionName: 'python' });
      assert.deepEqual([failed.text, failed.complete.ErrorCode], ['some', 'Unhandled']);
      assert.match(failed.complete.ErrorDetails ?? '', /"errorType":\s*"ValueError"/);
    });

    test('a program of the function’s own, by the Runtime API', async () => {
      const Code = { ZipFile: await zipOf({ bootstrap }, 0o755) };
      const door = gate.door();
      const Environment = { Variables: { GATE: door.url } };
      const more = { Code, Environment, Tags: gate.tags, Timeout: 60 };
      await deploy(service, 'own', '', { Runtime: 'provided.al2023', Handler: 'any', ...more });
      assert.equal((await streamed({}, { FunctionName: 'own' }, door.open)).text, 'firstlast');
    });

    test('on other releases of Node', async () => {
      for (const Runtime of ['nodejs22.x', 'nodejs20.x'] as const) {
        const FunctionName = `on-${Runtime.replace('.', '-')}`;
        await deploy(service, FunctionName, streams, { Runtime, Tags: gate.tags, Timeout: 60 });
        const door = gate.door();
        const { text } = await streamed({ do: 'echo', gate: door.url }, { FunctionName }, door.open);
        assert.equal(text, 'firstlast', Runtime);
        const { complete } = await streamed({ do: 'fail', after: true }, { FunctionName });
        assert.equal(complete.ErrorCode, 'Unhandled', Runtime);
      }
    });

    test('through the supervisor of extensions', async () => {
      const Content = { ZipFile: await zipOf({ 'extensions/quiet': extension }, 0o755) };
      const { LayerVersionArn = '' } = await service.client.send(
        new PublishLayerVersionCommand({ LayerName: 'quiet', Content }),
      );
      await deploy(service, 'extended', streams, { Layers: [LayerVersionArn], Tags: gate.tags, Timeout: 60 });
      const door = gate.door();
      const { text } = await streamed({ do: 'echo', gate: door.url }, { FunctionName: 'extended' }, door.open);
      assert.equal(text, 'firstlast');
      assert.equal((await streamed({ do: 'large', mb: 4 }, { FunctionName: 'extended' })).text.length, 4 << 20);
    });

    test('what is asked for is checked as AWS checks it, and a dry run runs nothing', async () => {
      const { StatusCode } = await service.client.send(
        new InvokeWithResponseStreamCommand({ FunctionName: 'streams', InvocationType: 'DryRun' }),
      );
      assert.equal(StatusCode, 204);
      await assert.rejects(streamed({}, { FunctionName: 'nobody' }), { name: 'ResourceNotFoundException' });
    });
  });
}
