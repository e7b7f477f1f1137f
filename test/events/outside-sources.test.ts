import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createClient } from '@redis/client';
import { startTestFrontend, type TestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import { startNats, startPostgres, startRedis, type RealServer } from '../connections/real-servers.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { cuttable, type Cuttable } from './cuttable.ts';
import { Fed } from './fed.ts';
import { connectedTo } from './postgres-client.ts';
import { startRecorder } from './recorder.ts';

// Sources outside the service, with real servers: what is taken from them, in which order, and that nothing is lost with a connection.

const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver =
  isolating.find(({ name, skip }) => name === 'host' && skip === false) ??
  isolating.find(({ skip }) => skip === false) ??
  isolating[0];

/** Those that are given up are told to a queue of the service. */
async function deadQueue({ service }: Fed): Promise<string> {
  await service.queues.admin.create({ account: service.key.account, name: 'dead' }, {}, {});
  return `arn:aws:sqs:${service.region}:${service.key.account}:dead`;
}

async function firstIn({ service }: Fed): Promise<Readonly<Record<string, unknown>>> {
  const { signal } = new AbortController();
  const name = { account: service.key.account, name: 'dead' };
  const [message] = await service.queues.inside.receive(name, { max: 1, waitMs: 20_000, signal });
  return JSON.parse(message?.body ?? '{}');
}

const TRIM_HORIZON = { StartingPosition: 'TRIM_HORIZON' } as const;
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `${from + n}`);

let natsServer: RealServer;
let redisServer: RealServer;
before(async () => {
  [natsServer, redisServer] = await Promise.all([startNats(), startRedis()]);
});
after(async () => {
  await natsServer[Symbol.asyncDispose]();
  await redisServer[Symbol.asyncDispose]();
});

describe('streams of NATS JetStream', () => {
  let way: Cuttable;
  let nats: NatsConnection;
  before(async () => {
    way = await cuttable(natsServer.port);
    nats = await connect({ servers: `127.0.0.1:${natsServer.port}` });
  });
  after(async () => {
    await nats.close();
    await way[Symbol.asyncDispose]();
  });
  const started = async (): Promise<Fed> =>
    await Fed.start({ jobs: { kind: 'nats', url: `nats://127.0.0.1:${way.port}` } });
  const streamOf = async (name: string, retention: RetentionPolicy = RetentionPolicy.Limits): Promise<void> => {
    const manager = await jetstreamManager(nats);
    await manager.streams.add({ name, subjects: [`${name}.>`], retention });
  };
  const publish = async (subject: string, bodies: readonly string[]): Promise<void> => {
    for (const body of bodies) await jetstream(nats).publish(subject, body);
  };

  test('come in their order, from the beginning, a subject of them where that is asked for', async () => {
    await streamOf('ordered');
    await publish('ordered.a', numbers(0, 20));
    await publish('ordered.b', ['other']);
    await using fed = await started();
    const UUID = await fed.map('jobs/ordered/ordered.a', { BatchSize: 8, ...TRIM_HORIZON });
    await publish('ordered.a', numbers(20, 30));
    await fed.until(() => fed.bodies.length >= 30);
    assert.deepEqual(fed.bodies, numbers(0, 30));
    assert.ok(fed.batches.every(({ length }) => length <= 8));
    assert.equal(fed.batches[0]?.[0]?.eventSource, 'heddle:nats');
    await fed.result(UUID, /^OK$/);
  });

  test('of which a message fails go on behind it when it was told to the destination', async () => {
    await streamOf('failing');
    await publish('failing.x', ['a', 'fail', 'b']);
    await using fed = await started();
    const Destination = await deadQueue(fed);
    await fed.map('jobs/failing', {
      ...TRIM_HORIZON,
      MaximumRetryAttempts: 1,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination } },
    });
    const record = await firstIn(fed);
    const { condition, approximateInvokeCount } = Object(record['requestContext']);
    assert.deepEqual([condition, approximateInvokeCount], ['RetryAttemptsExhausted', 2]);
    assert.deepEqual(JSON.parse(String(record['payload'])).Records[0].body, 'fail');
    assert.equal(Object(record['SourceBatchInfo']).firstRecordId, '2');
    await fed.until(() => fed.bodies.at(-1) === 'b');
  });

  test('go on where they were after the connection was lost, in order and without a gap', async (context: TestContext) => {
    for (const retention of [RetentionPolicy.Limits, RetentionPolicy.Workqueue]) {
      context.diagnostic(retention);
      const name = `cut-${retention}`;
      await streamOf(name, retention);
      await publish(`${name}.x`, numbers(0, 10));
      await using fed = await started();
      const { promise, resolve } = Promise.withResolvers<void>();
      fed.gate = promise;
      await fed.map(`jobs/${name}`, { BatchSize: 4, ...TRIM_HORIZON });
      await fed.until(() => fed.batches.length === 1);
      assert.ok(way.cut() > 0);
      resolve();
      await publish(`${name}.x`, numbers(10, 15));
      await fed.until(() => fed.bodies.at(-1) === '14');
      assert.deepEqual([...new Set(fed.bodies)], numbers(0, 15));
    }
  });

  test('leave no consumer behind when the mapping is removed', async () => {
    await streamOf('gone');
    await publish('gone.x', ['one']);
    await using fed = await started();
    const UUID = await fed.map('jobs/gone', TRIM_HORIZON);
    await fed.until(() => fed.bodies.length === 1);
    const manager = await jetstreamManager(nats);
    assert.equal((await manager.streams.info('gone')).state.consumer_count, 1);
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await manager.streams.info('gone')).state.consumer_count > 0) await wait(10);
  });
});

describe('streams of Redis', () => {
  let way: Cuttable;
  let redis: ReturnType<typeof createClient>;
  before(async () => {
    way = await cuttable(redisServer.port);
    redis = createClient({ url: `redis://127.0.0.1:${redisServer.port}` });
    await redis.connect();
  });
  after(async () => {
    redis.destroy();
    await way[Symbol.asyncDispose]();
  });
  const started = async (): Promise<Fed> =>
    await Fed.start({ cache: { kind: 'redis', url: `redis://127.0.0.1:${way.port}` } });
  const add = async (key: string, bodies: readonly string[]): Promise<void> => {
    for (const body of bodies) await redis.xAdd(key, '*', { body });
  };

  test('come in their order; what the filters do not want does not come', async () => {
    await add('orders', numbers(0, 130));
    await using fed = await started();
    const FilterCriteria = { Filters: [{ Pattern: '{"fields":{"body":[{"anything-but":["7"]}]}}' }] };
    await fed.map('cache/orders', { BatchSize: 50, FilterCriteria, ...TRIM_HORIZON });
    await fed.until(() => fed.bodies.at(-1) === '129');
    await add('orders', ['130']);
    await fed.until(() => fed.bodies.at(-1) === '130');
    assert.deepEqual(
      fed.bodies,
      numbers(0, 131).filter((body) => body !== '7'),
    );
  });

  test('go on where they were after the connection was lost, also behind what was deleted meanwhile', async () => {
    await add('cut', numbers(0, 10));
    await using fed = await started();
    const { promise, resolve } = Promise.withResolvers<void>();
    fed.gate = promise;
    const UUID = await fed.map('cache/cut', { BatchSize: 4, ...TRIM_HORIZON });
    await fed.until(() => fed.batches.length === 1);
    const [first] = fed.batches[0] ?? [];
    await redis.xDel('cut', first?.messageId ?? '');
    assert.ok(way.cut() > 0);
    resolve();
    await add('cut', numbers(10, 15));
    await fed.until(() => fed.bodies.at(-1) === '14');
    assert.deepEqual([...new Set(fed.bodies)], numbers(0, 15));
    await fed.result(UUID, /^OK$/);
    const pending = async (): Promise<number> => (await redis.xPending('cut', `heddle-${UUID}`)).pending;
    while ((await pending()) > 0) await wait(10);
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await redis.xInfoGroups('cut')).length > 0) await wait(10);
  });

  test('that are not there are refused, as is what no operator has named', async () => {
    await using fed = await started();
    await assert.rejects(fed.map('cache/none', TRIM_HORIZON), /should be a stream; the type of the key none is none/);
    await assert.rejects(
      fed.map('other/orders', TRIM_HORIZON),
      /has no event source arn:aws:heddle-source:::other\/orders/,
    );
    await assert.rejects(fed.map('cache/orders'), /startingPosition/);
    const kinesis = 'arn:aws:kinesis:eu-west-1:123456789012:stream/one';
    await assert.rejects(
      fed.client.send(new CreateEventSourceMappingCommand({ FunctionName: 'takes', EventSourceArn: kinesis })),
      { name: 'InvalidParameterValueException', message: /does not read from kinesis\. What it reads: / },
    );
  });
});

describe('a service that is killed while it reads what is outside', { skip: driver?.skip ?? 'no driver' }, () => {
  const streams = ['nats', 'redis', 'postgres'] as const;

  test('goes on with what was not done, streams in order and without a gap; credentials are shown nowhere', async () => {
    await using things = new AsyncDisposableStack();
    const [home, recorder, postgres, other] = await Promise.all([
      newHome(),
      startRecorder().then((started) => things.use(started)),
      startPostgres().then((started) => things.use(started)),
      startTestFrontend().then((started) => things.use(started)),
    ]);
    const { accessKeyId, secretAccessKey } = other.key;
    const sources = {
      nats: { kind: 'nats', url: `nats://127.0.0.1:${natsServer.port}`, user: 'any', password: 'sesame-1' },
      redis: { kind: 'redis', url: `redis://127.0.0.1:${redisServer.port}` },
      postgres: { kind: 'postgres', url: `postgres://127.0.0.1:${postgres.port}/postgres`, user: 'postgres' },
      sqs: { kind: 'sqs', url: other.url, region: other.region, accessKeyId, secretAccessKey },
    };
    await writeFile(join(home, 'config.json'), JSON.stringify({ sources }));
    const start = async (): Promise<RunningService> =>
      await startHeddle(home, '--driver', driver?.name ?? 'host', ...littleWarm);
    let service = await start();
    things.defer(async () => await service[Symbol.asyncDispose]());
    const feed = await feeds(things, postgres.port, other);
    const tells = `exports.handler = async ({ Records }) => {
      const bodies = Records.map(({ body, fields, new: row }) => body ?? (fields ?? row).body);
      const name = Records[0].eventSource.split(':')[1];
      await fetch('http://host.heddle.internal:${recorder.port}/' + name + '/batch', { method: 'POST', body: JSON.stringify(bodies) });
    };`;
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}` };
    await deploy(service, 'reads', tells, { Tags, Timeout: 60 });
    // What it was given when it died comes again when the time is over for which it is hidden.
    await deploy(service, 'takes', tells, { Tags, Timeout: visibilitySeconds });
    for (const name of [...streams, 'sqs'] as const) {
      recorder.hold(name);
      await service.client.send(
        new CreateEventSourceMappingCommand({
          FunctionName: name === 'sqs' ? 'takes' : 'reads',
          EventSourceArn: `arn:aws:heddle-source:::${name}/jobs`,
          BatchSize: 5,
          ...(name !== 'sqs' && { StartingPosition: name === 'postgres' ? 'LATEST' : 'TRIM_HORIZON' }),
        }),
      );
    }
    await feed.reads();
    for (const body of numbers(0, 12)) await feed.put(body);
    const bodies = (name: string): string[] =>
      (recorder.posted.get(`/${name}/batch`) ?? []).flatMap((text): string[] => JSON.parse(text));
    await recorder.until(() => [...streams, 'sqs'].every((name) => bodies(name).length > 0));
    const log = service.log();
    await service.kill('SIGKILL');
    const taken = bodies('sqs');
    for (const name of [...streams, 'sqs']) recorder.letGo(name);
    service = await start();
    await recorder.until(() => streams.every((name) => bodies(name).at(-1) === '11'));
    for (const name of streams) {
      assert.deepEqual([...new Set(bodies(name))], numbers(0, 12), name);
      assert.equal(bodies(name).filter((body) => body === '0').length, 2, `${name}: what ran is run again`);
    }
    while ((await feed.left()) > 0) await wait(10);
    assert.deepEqual(new Set(bodies('sqs')), new Set(numbers(0, 12)));
    for (const body of taken) assert.ok(bodies('sqs').filter((each) => each === body).length > 1, `${body} came again`);
    const { EventSourceMappings } = await service.client.send(new ListEventSourceMappingsCommand({}));
    assert.equal(EventSourceMappings?.length, 4);
    const shown = `${JSON.stringify(EventSourceMappings)}${log}${service.log()}`;
    assert.doesNotMatch(shown, /sesame/);
    assert.ok(!shown.includes(secretAccessKey));
  });
});

const visibilitySeconds = 2;

/** Puts the same into all sources. */
async function feeds(
  things: AsyncDisposableStack,
  postgresPort: number,
  other: TestFrontend,
): Promise<{
  put(body: string): Promise<void>;
  /** Resolves when changes of the table are read: what was committed before does not come. */
  reads(): Promise<void>;
  /** Messages that are left in the queue. */
  left(): Promise<number>;
}> {
  const nats = await connect({ servers: `127.0.0.1:${natsServer.port}` });
  things.defer(async () => await nats.close());
  await (await jetstreamManager(nats)).streams.add({ name: 'jobs', subjects: ['jobs'] });
  const redis = createClient({ url: `redis://127.0.0.1:${redisServer.port}` });
  await redis.connect();
  things.defer(() => redis.destroy());
  // A stream is there when something is in it.
  await redis.xGroupCreate('jobs', 'none', '$', { MKSTREAM: true });
  const postgres = await connectedTo(`postgres://postgres@127.0.0.1:${postgresPort}/postgres`);
  things.defer(async () => await postgres.end());
  await postgres.query('CREATE TABLE jobs (body text PRIMARY KEY); CREATE PUBLICATION jobs FOR TABLE jobs');
  const queue = { account: other.key.account, name: 'jobs' };
  const { admin, inside } = other.queues;
  await admin.create(queue, { VisibilityTimeout: String(visibilitySeconds) }, {});
  return {
    async put(body) {
      await jetstream(nats).publish('jobs', body);
      await redis.xAdd('jobs', '*', { body });
      await postgres.query('INSERT INTO jobs VALUES ($1)', [body]);
      await inside.send(queue, { body });
    },
    async reads() {
      const active = 'SELECT FROM pg_replication_slots WHERE active';
      while ((await postgres.query(active)).rows.length === 0) await wait(10);
    },
    async left() {
      const { ready, inFlight } = (await admin.get(queue)).depth;
      return ready + inFlight;
    },
  };
}

test('queues of any service that speaks SQS, here another of ours', async () => {
  await using other = await startTestFrontend();
  const { accessKeyId, secretAccessKey } = other.key;
  const sqs = new SQSClient({ endpoint: other.url, region: other.region, credentials: other.key, maxAttempts: 1 });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'there', Attributes: { VisibilityTimeout: '3' } }),
  );
  const key = { region: other.region, accessKeyId, secretAccessKey };
  await using way = await cuttable(Number(new URL(other.url).port));
  await using fed = await Fed.start({ theirs: { kind: 'sqs', url: `http://127.0.0.1:${way.port}`, ...key } });
  const UUID = await fed.map('theirs/there', { BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
  const left = async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { ApproximateNumberOfMessages: seen, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes;
    return Number(seen) + Number(hidden);
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  await fed.until(() => fed.bodies.includes('one'));
  const [[record] = []] = fed.batches;
  assert.match(record?.eventSourceARN ?? '', /^arn:aws:sqs:eu-west-1:\d{12}:there$/);
  while ((await left()) > 0) await wait(10);
  await fed.result(UUID, /^OK$/);
  way.cut();
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'two' }));
  await fed.until(() => fed.bodies.includes('two'));
  while ((await left()) > 0) await wait(10);
  await assert.rejects(fed.map('theirs/none'), /could not be looked at: GetQueueUrl was answered with 400/);
  sqs.destroy();
});
