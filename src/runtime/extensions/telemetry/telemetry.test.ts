import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { RuntimeInit } from '../../../protocol/messages.ts';
import { InvocationRecord } from '../invocation-record.ts';
import { parseSubscription, type Subscription } from './subscription.ts';
import { Telemetry } from './telemetry.ts';

interface Event {
  readonly time: string;
  readonly type: string;
  readonly record: unknown;
}

/** An extension's listener that keeps its batches. `answer`: how it answers each. */
async function listener(answer: (response: ServerResponse, batch: number) => void = (response) => response.end()) {
  const batches: Event[][] = [];
  let wake = (): void => undefined;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      batches.push(JSON.parse(body));
      answer(response, batches.length);
      wake();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = Object(server.address());
  return {
    batches,
    uri: `http://sandbox.localdomain:${port}/any?path=1`,
    async until(has: () => boolean): Promise<void> {
      while (!has()) await new Promise<void>((resolve) => (wake = resolve));
    },
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function subscription(uri: string, changes: object = {}): Subscription {
  const parsed = parseSubscription(
    JSON.stringify({
      schemaVersion: '2022-12-13',
      types: ['platform', 'function', 'extension'],
      destination: { protocol: 'HTTP', URI: uri },
      buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 30_000 },
      ...changes,
    }),
  );
  assert.ok(typeof parsed === 'object', JSON.stringify(parsed));
  return parsed;
}

test('a subscription is checked as AWS documents it', () => {
  const good = { schemaVersion: '2022-07-01', types: ['function'], destination: { protocol: 'TCP', port: 4_000 } };
  assert.deepEqual(parseSubscription(JSON.stringify(good)), {
    types: ['function'],
    destination: { protocol: 'TCP', port: 4_000 },
    format: 'text',
    maxItems: 10_000,
    maxBytes: 262_144,
    timeoutMs: 1_000,
  });
  const http = (URI: string): object => ({ destination: { protocol: 'HTTP', URI } });
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ schemaVersion: '2020-08-15' }, /schemaVersion/],
    [{ types: [] }, /types should not be empty/],
    [{ types: ['all'] }, /types should be of/],
    [http('http://sandbox.localdomain'), /URI port is not provided/],
    [http('http://example.org:80'), /URI host/],
    [http('https://sandbox.localdomain:4000'), /URI scheme/],
    [http('http://sandbox.localdomain:9001'), /reserved/],
    [{ destination: { protocol: 'UDP', port: 1 } }, /HTTP or TCP/],
    [{ destination: { protocol: 'TCP', port: 0 } }, /port/],
    [{ destination: undefined }, /destination is not provided/],
    [{ buffering: { maxItems: 999 } }, /maxItems should be between 1000 and 10000/],
    [{ buffering: { maxBytes: 1_048_577 } }, /maxBytes/],
    [{ buffering: { timeoutMs: 24 } }, /timeoutMs should be between 25 and 30000/],
    [{ types: [], destination: undefined }, /types should not be empty; destination is not provided/],
  ];
  for (const [change, words] of wrong) {
    const said = parseSubscription(JSON.stringify({ ...good, ...change }));
    assert.ok(typeof said === 'string' && words.test(said), `${JSON.stringify(change)}: ${JSON.stringify(said)}`);
  }
  assert.equal(typeof parseSubscription('{'), 'string');
  assert.equal(typeof parseSubscription('[]'), 'string');
});

test('who subscribes during initialisation hears of it from its beginning, and nobody can afterwards', async () => {
  using heard = await listener();
  const telemetry = new Telemetry();
  telemetry.platform('initStart', { phase: 'init' });
  telemetry.line('extension', 'early');
  assert.equal(telemetry.subscribe('one', subscription(heard.uri)), true);
  telemetry.line('function', 'later');
  await telemetry.flush();
  const [batch = []] = heard.batches;
  assert.deepEqual(
    batch.map(({ type, record }) => [type, record]),
    [
      ['platform.initStart', { phase: 'init' }],
      ['extension', 'early'],
      [
        'platform.telemetrySubscription',
        { name: 'one', state: 'Subscribed', types: ['platform', 'function', 'extension'] },
      ],
      ['function', 'later'],
    ],
  );
  for (const { time } of batch) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  telemetry.closeSubscriptions();
  assert.equal(telemetry.subscribe('two', subscription(heard.uri)), false);
  telemetry.close();
});

test('a batch goes when it has so many events, so many bytes, or is so old', async () => {
  using heard = await listener();
  const telemetry = new Telemetry();
  telemetry.subscribe('one', subscription(heard.uri, { types: ['function'] }));
  for (let n = 0; n < 1_500; n++) telemetry.line('function', String(n));
  await heard.until(() => heard.batches.length === 1);
  assert.equal(heard.batches[0]?.length, 1_000);
  await telemetry.flush();
  assert.equal(heard.batches[1]?.length, 500);
  telemetry.line('function', 'x'.repeat(200_000));
  telemetry.line('function', 'y'.repeat(100_000));
  await heard.until(() => heard.batches.length === 3);
  assert.equal(heard.batches[2]?.length, 2);
  const quick = new Telemetry();
  quick.subscribe('two', subscription(heard.uri, { types: ['function'], buffering: { timeoutMs: 25 } }));
  quick.line('function', 'alone');
  await heard.until(() => heard.batches.length === 4);
  assert.deepEqual(
    heard.batches[3]?.map(({ record }) => record),
    ['alone'],
  );
  for (const each of [telemetry, quick]) each.close();
});

test('a listener that fails is asked again; one that is too slow loses batches, and is told how much', async () => {
  using flaky = await listener((response, batch) => response.writeHead(batch === 1 ? 500 : 200).end());
  const telemetry = new Telemetry();
  telemetry.subscribe('flaky', subscription(flaky.uri, { types: ['function'] }));
  telemetry.line('function', 'once');
  await telemetry.flush();
  assert.deepEqual(
    flaky.batches.map((batch) => batch.map(({ record }) => record)),
    [['once'], ['once']],
  );

  let letGo = (): void => undefined;
  using slow = await listener((response, batch) => {
    if (batch > 1) response.end();
    else letGo = () => response.end();
  });
  const busy = new Telemetry();
  busy.subscribe('slow', subscription(slow.uri, { types: ['function', 'platform'] }));
  // One is under way, one waits, and the third has no room.
  for (let n = 0; n < 3_000; n++) busy.line('function', String(n));
  await slow.until(() => slow.batches.length === 1);
  letGo();
  await busy.flush();
  const records = slow.batches.flat().flatMap(({ type, record }) => (type === 'platform.logsDropped' ? [record] : []));
  assert.equal(records.length, 1);
  const { droppedRecords, droppedBytes, reason } = Object(records[0]);
  assert.equal(slow.batches.flat().filter(({ type }) => type === 'function').length + Number(droppedRecords), 3_000);
  assert.ok(Number(droppedBytes) > 50_000);
  assert.match(String(reason), /fallen behind/);
  for (const each of [telemetry, busy]) each.close();
});

test('by TCP each event is a line; a JSON log comes as objects but in the first version of the schema', async () => {
  const lines: Event[] = [];
  let wake = (): void => undefined;
  const server = createTcpServer((socket) => {
    createInterface(socket).on('line', (line) => {
      lines.push(JSON.parse(line));
      wake();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo = Object(server.address());
  const destination = { protocol: 'TCP', port: address.port };
  const telemetry = new Telemetry();
  telemetry.jsonLog = true;
  telemetry.subscribe('new', subscription('', { types: ['function'], destination }));
  telemetry.subscribe('old', subscription('', { types: ['function'], destination, schemaVersion: '2022-07-01' }));
  telemetry.line('function', '{"level":"INFO"}');
  await telemetry.flush();
  while (lines.length < 2) await new Promise<void>((resolve) => (wake = resolve));
  const records = lines.map(({ record }) => record);
  assert.ok(records.some((record) => typeof record === 'object') && records.includes('{"level":"INFO"}'));
  telemetry.close();
  server.close();
});

test('the platform says of an invocation for whom it ran, where its function has tenants', async () => {
  using heard = await listener();
  const telemetry = new Telemetry();
  telemetry.subscribe('one', subscription(heard.uri, { types: ['platform'] }));
  const init: RuntimeInit = {
    type: 'init',
    handler: 'index.handler',
    environment: {},
    functionName: 'f',
    functionVersion: '1',
    functionArn: 'arn',
    memoryMb: 128,
    logGroup: 'g',
    logStream: 's',
    randomSeed: 1,
  };
  const payload = Buffer.from('{}');
  for (const tenant of [{ tenantId: 'blue' }, {}]) {
    const request = { type: 'invoke', requestId: 'r', payload, timeoutMs: 1_000, ...tenant } as const;
    const record = new InvocationRecord(init, request, telemetry);
    record.answered({ type: 'result', payload, memoryPeakMb: 1 });
    record.finished();
  }
  await telemetry.flush();
  const told = ['platform.start', 'platform.runtimeDone', 'platform.report'];
  const records = heard.batches.flat().filter(({ type }) => told.includes(type));
  assert.deepEqual(
    records.map(({ type, record }) => [type, Object(record).tenantId]),
    [...told.map((type) => [type, 'blue']), ...told.map((type) => [type, undefined])],
  );
  telemetry.close();
});

test('the Logs API, which came before, tells what it told', async () => {
  using heard = await listener();
  const telemetry = new Telemetry();
  const destination = { protocol: 'HTTP', URI: heard.uri };
  const parsed = parseSubscription(JSON.stringify({ types: ['platform'], destination }), 'logs');
  const later = { schemaVersion: '2021-03-18', types: ['platform', 'function'], destination };
  const second = parseSubscription(JSON.stringify(later), 'logs');
  assert.ok(typeof parsed === 'object' && typeof second === 'object');
  assert.deepEqual([parsed.format, second.format], ['logs', 'logs-2021']);
  for (let n = 0; n < 2; n++) telemetry.subscribe('old', parsed);
  telemetry.platform('initStart', { phase: 'init' });
  telemetry.platform('start', { requestId: 'r', version: '1', tracing: {} });
  telemetry.platform('runtimeDone', { requestId: 'r', status: 'success', spans: [] });
  telemetry.platform('end', { requestId: 'r' });
  await telemetry.flush();
  const types = (): readonly string[] => heard.batches.flat().map(({ type }) => type);
  assert.deepEqual(types(), ['platform.logsSubscription', 'platform.start', 'platform.end']);
  assert.deepEqual(heard.batches[0]?.[1]?.record, { requestId: 'r', version: '1' });
  telemetry.subscribe('newer', second);
  await telemetry.flush();
  assert.equal(types().filter((type) => type === 'platform.runtimeDone').length, 1);
  telemetry.close();
});
