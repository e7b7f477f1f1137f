import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand, LambdaClient, TagResourceCommand } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { slownessNow } from '../e2e/yardstick.ts';
import { startOutside, type Outside } from './outside.ts';
import { psycopg2, startPostgres, startRedis, type RealServer } from './real-servers.ts';

/** This machine, as functions know it. */
const host = 'host.heddle.internal';
const pythonFile = join(import.meta.dirname, 'fixtures/client.py');
const hundredMegabytes = 104_857_600;
/** By which what is refused has failed where nothing else runs; an emulated machine may take longer. */
const refusedMs = 5;
const emulatedMs = 2_500;

const program = await build({
  entryPoints: [join(import.meta.dirname, 'fixtures/client.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  external: ['pg-native', 'cloudflare:sockets'],
  logLevel: 'silent',
});
const code = program.outputFiles[0]?.text ?? assert.fail('no bundle');

const only = process.env['HEDDLE_TEST_DRIVER'];
for (const { name: driver, skip } of await driversUnderTest()) {
  if (only !== undefined && only !== driver) continue;
  // An emulated machine takes minutes for what is the same code; its own few are below.
  const brief = driver === 'microvm';
  describe(`connections, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    let outside: Outside;
    let redis: RealServer;
    let postgres: RealServer;
    const call = async (event: object, name = 'client'): Promise<unknown> => {
      const { payload, functionError } = await invoke(service, name, { host, ...event });
      assert.equal(functionError, undefined, JSON.stringify(payload));
      return payload;
    };
    before(async () => {
      [outside, redis, postgres] = await Promise.all([startOutside(host), startRedis(), startPostgres()]);
      const { https, http, halves, resets, holds } = outside;
      const ports = [https, http, halves, resets, holds, redis.port, postgres.port];
      const policy = ['public', ...ports.map((port) => `${host}:${port}`)].join(' ');
      service = await startHeddle(await newHome(), '--driver', driver, ...littleWarm, '--egress', policy);
      // An emulated machine beside others takes 20 s for 100,000 rows, and three times that on a busy day.
      const more = { Timeout: brief ? 300 : 60, MemorySize: 512 };
      await deploy(service, 'client', code, more);
      await deploy(service, 'silent', code, { ...more, Tags: { 'heddle:egress': 'none' } });
    });
    after(async () => {
      await Promise.all([service, outside, redis, postgres].map((one) => one?.[Symbol.asyncDispose]()));
    });

    test('a function reads from PostgreSQL and from Redis by name', async () => {
      assert.deepEqual(await call({ do: 'pg', port: postgres.port }), [42, 100_000]);
      assert.deepEqual(await call({ do: 'redis', port: redis.port }), ['value', 200]);
    });

    test('what is refused is refused at once, and its log says why and how to allow it', async () => {
      const name = await invoke(service, 'silent', { do: 'lookup', name: 'example.org' });
      assert.equal(name.payload, 'ENOTFOUND');
      assert.match(name.log, /Egress refused: the name example\.org .*"none" \(its own\).*heddle deploy --egress/);
      const refusals = Object(await call({ do: 'refusals', host: '169.254.169.254', port: 80 }));
      // The fastest of some: a busy machine holds up any of them, and all only where an emulated one is.
      const msMax = refusedMs * slownessNow() + (brief ? emulatedMs : 0);
      assert.ok(Math.min(...refusals.ms) < msMax, `${refusals.ms} ms, at most ${msMax}`);
      // gVisor's kernel cannot tell what it refuses; there the service resets what the relay has taken.
      assert.deepEqual([...new Set(refusals.codes)], [driver === 'gvisor' ? 'ECONNRESET' : 'ECONNREFUSED']);
      // What a kernel refused by itself, it tells a moment later.
      await logged(service, 'client', /Egress refused: 169\.254\.169\.254:80 is a link-local address/);
      const other = await invoke(service, 'client', { do: 'refusal', host, port: 1 });
      assert.match(other.log, /Egress refused: host\.heddle\.internal:1 \(127\.0\.0\.1\)/);
    });

    test('a function calls another through the service, and its key is good for nothing else', async () => {
      assert.equal(await call({ do: 'invoke', name: 'client' }), '"inner"');
      assert.equal(await call({ do: 'list' }), 'AccessDeniedException');
      // What this machine itself is told, code in a container is not, whatever it says of itself.
      assert.equal(await call({ do: 'metrics', host: 'heddle.internal' }), 403);
      // Who may connect to nothing has a key of AWS's form only, which nobody accepts.
      const client = keyedClient(service, await call({ do: 'keys' }, 'silent'));
      const ask = client.send(new InvokeCommand({ FunctionName: 'client' }));
      await assert.rejects(ask, { name: 'UnrecognizedClientException' });
    });

    if (brief) return;

    test('TLS passes untouched, by fetch, got and WebSockets', async () => {
      await deploy(service, 'trusting', code, {
        Timeout: 60,
        Environment: { Variables: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
      });
      const { https: port, ca } = outside;
      assert.equal(await call({ do: 'fetch', port }, 'trusting'), 'hello from outside');
      assert.equal(await call({ do: 'got', port, ca }), 'hello from outside');
      assert.equal(await call({ do: 'websocket', port, ca }), 'ping');
    });

    test('so do programs that a function starts', async () => {
      assert.equal(await call({ do: 'python', port: outside.http }), 'hello from outside');
    });

    // The host driver's Python has what this machine has.
    test(
      'so does Python, by psycopg2, requests, urllib and boto3',
      { skip: driver === 'host' && 'the host driver has what this machine has' },
      async () => {
        const [clientOfPostgres, app] = await Promise.all([psycopg2(), readFile(pythonFile)]);
        const ZipFile = await zipOf({ ...clientOfPostgres, 'app.py': app, 'ca.pem': outside.ca });
        const more = { Runtime: 'python3.11', Handler: 'app.handler', Timeout: 60, MemorySize: 512 } as const;
        await deploy(service, 'python', '', { ...more, Code: { ZipFile } });
        const { http, https } = outside;
        assert.deepEqual(await call({ http, https, postgres: postgres.port }, 'python'), {
          urllib: 'hello from outside',
          requests: 'hello from outside',
          psycopg2: [42, 100_000],
          boto3: 'from Python',
          refused: 'ECONNRESET',
          unknown: 'no such name',
        });
      },
    );

    test('a hundred megabytes come and go', async () => {
      const event = { port: outside.http, bytes: hundredMegabytes };
      assert.equal(await call({ do: 'download', ...event }), hundredMegabytes);
      assert.equal(await call({ do: 'upload', ...event }), hundredMegabytes);
    });

    test('halves close one by one, and a reset is a reset', async () => {
      assert.equal(await call({ do: 'halves', port: outside.halves }), 'all that I say');
      assert.equal(await call({ do: 'reset', port: outside.resets }), 'ECONNRESET');
    });

    test('hundreds of connections are open at a time', async () => {
      assert.equal(await call({ do: 'many', port: outside.holds, bytes: 300 }), 300);
    });

    test('names are what the policy makes them, in any type', async () => {
      assert.match(String(await call({ do: 'lookup', name: host })), /^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./);
      assert.equal(await call({ do: 'lookup', name: 'a.localhost' }), '127.0.0.1');
      assert.equal(await call({ do: 'lookup', name: 'no-such-name.invalid' }), 'ENOTFOUND');
      assert.equal(await call({ do: 'resolve', name: host, type: 'AAAA' }), 'ENODATA');
      assert.equal(await call({ do: 'resolve', name: 'example.org', type: 'MX' }, 'silent'), 'ENOTFOUND');
    });

    test('loopback is the own of each container', async () => {
      const all = await Promise.all([1, 2, 3].map(() => call({ do: 'own' })));
      assert.deepEqual(all, ['own', 'own', 'own']);
      const { payload } = await invoke(service, 'client', { do: 'refusal', host: '127.0.0.1', port: outside.http });
      assert.equal(Object(payload).code, 'ECONNREFUSED');
    });

    test('UDP is refused', async () => {
      const code = await call({ do: 'udp', host: '93.184.216.34', port: 123 });
      assert.ok(['ECONNREFUSED', 'ENETUNREACH', 'EPERM'].includes(String(code)), String(code));
    });

    test('a connection ends with its container', async () => {
      const connected = once(outside.heldOnes, 'connection');
      await deploy(service, 'holds', code, { Timeout: 1 });
      const timedOut = invoke(service, 'holds', { do: 'hold', host, port: outside.holds });
      const [socket]: Socket[] = await connected;
      assert.ok(socket !== undefined);
      // With an error or without: a reset is one.
      await new Promise((resolve) => socket.resume().once('close', resolve));
      assert.equal((await timedOut).functionError, 'Unhandled');
    });

    test('a key of a container is refused when that is gone', async () => {
      await deploy(service, 'key', code, { Timeout: 2 });
      const client = keyedClient(service, (await invoke(service, 'key', { do: 'keys' })).payload);
      const ask = new InvokeCommand({ FunctionName: 'client', Payload: '{"do":"echo","name":"with its key"}' });
      assert.equal((await client.send(ask)).Payload?.transformToString(), '"with its key"');
      await invoke(service, 'key', { do: 'hold', host, port: outside.holds }); // times out, and takes the container along
      await eventually(() => assert.rejects(client.send(ask), { name: 'UnrecognizedClientException' }));
    });

    test('a tag that changes counts from the next call on', async () => {
      const arn = `arn:aws:lambda:us-east-1:${await accountOf(service)}:function:silent`;
      await service.client.send(
        new TagResourceCommand({ Resource: arn, Tags: { 'heddle:egress': `${host}:${outside.http}` } }),
      );
      assert.equal(await call({ do: 'download', port: outside.http, bytes: 10 }, 'silent'), 10);
      const wrong = new TagResourceCommand({ Resource: arn, Tags: { 'heddle:egress': 'db.lan:http' } });
      await assert.rejects(service.client.send(wrong), { name: 'InvalidParameterValueException' });
    });
  });
}

/** A client with the key that a function said to be its own. */
function keyedClient({ url }: RunningService, said: unknown): LambdaClient {
  const { id: accessKeyId, secret: secretAccessKey, token: sessionToken } = Object(said);
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new LambdaClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** Resolves when the function's log has such a line. */
async function logged({ url, home }: RunningService, name: string, wanted: RegExp): Promise<void> {
  const profile = parseIni(await readFile(join(home, 'credentials'), 'utf8')).get('heddle');
  const key = {
    accessKeyId: profile?.get('aws_access_key_id') ?? '',
    secretAccessKey: profile?.get('aws_secret_access_key') ?? '',
  };
  using client = new HeddleClient({ url, region: 'us-east-1', ...key, credentialsFile: '' });
  await eventually(async () => {
    let text = '';
    for await (const line of client.logs(name, { follow: false, since: '0' })) text += line.text('text');
    assert.match(text, wanted);
  });
}

/** Resolves when it no longer throws; throws what it throws where that takes too long. */
async function eventually(holds: () => Promise<void>): Promise<void> {
  const from = performance.now();
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() - from > 10_000) throw error;
      await wait(50);
    }
  }
}

async function accountOf({ client }: RunningService): Promise<string> {
  const { GetFunctionCommand } = await import('@aws-sdk/client-lambda');
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'silent' }));
  return Configuration?.FunctionArn?.split(':')[4] ?? '';
}
