import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { Producer } from '@platformatic/kafka';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { Fed } from './fed.ts';
import { brokers, type Broker } from './kafka/broker.ts';
import { certificates } from './kafka/certificates.ts';
import { saslGate } from './kafka/sasl.ts';
import { wayTo, type Way } from './kafka/way.ts';
import { startRecorder } from './recorder.ts';

// Topics of Kafka's protocol, with a broker in a process of its own: librdkafka's, as ./kafka/broker.ts says.

const there = await brokers();
const { skip } = there;
const TRIM_HORIZON = { StartingPosition: 'TRIM_HORIZON' } as const;
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `${from + n}`);

async function startBroker(count?: number): Promise<Broker> {
  if (there.start === undefined) throw new Error(there.skip);
  return await there.start(count);
}

/** Sends records to a partition, one after the other. */
async function produce(port: number, topic: string, values: readonly string[], partition = 0): Promise<void> {
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] });
  try {
    const key = Buffer.from('a key');
    const headers = new Map([[Buffer.from('h'), Buffer.from([1, 200])]]);
    const messages = values.map((value) => ({ topic, partition, key, value: Buffer.from(value), headers }));
    await producer.send({ messages, acks: -1 });
  } finally {
    await producer.close();
  }
}

const started = async (...ports: readonly number[]): Promise<Fed> => {
  const url = `kafka://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
  return await Fed.start({ log: { kind: 'kafka', url } });
};

/** Those of one partition, in the order in which the function had them. */
function bodiesOf({ batches }: Fed, partition: string): readonly string[] {
  return batches.flat().flatMap(({ messageId, body = '' }) => (messageId.startsWith(`${partition}-`) ? [body] : []));
}

// Most of the time they wait until the group has given its partitions out.
describe('topics of Kafka', { skip, concurrency: 4 }, () => {
  let broker: Broker;
  let way: Way;
  before(async () => {
    broker = await startBroker();
    way = await wayTo(broker.port);
  });
  after(async () => {
    await way[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  test('come as AWS has them, each partition in its order, and are filtered by what is in them', async () => {
    await broker.topic('orders', 2);
    await produce(way.port, 'orders', numbers(0, 40), 0);
    await produce(way.port, 'orders', ['{"kind":"no"}', '{"kind":"yes"}', 'text'], 1);
    await using fed = await started(way.port);
    const request = {
      FunctionName: 'takes',
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: [`127.0.0.1:${way.port}`] } },
      Topics: ['orders'],
      BatchSize: 8,
      ...TRIM_HORIZON,
    } as const satisfies CreateEventSourceMappingCommandInput;
    const made = await fed.client.send(new CreateEventSourceMappingCommand(request));
    assert.deepEqual(made.SelfManagedEventSource, request.SelfManagedEventSource);
    assert.deepEqual([made.EventSourceArn, made.Topics], [undefined, ['orders']]);
    assert.equal(made.SelfManagedKafkaEventSourceConfig?.ConsumerGroupId, made.UUID);
    await fed.until(() => fed.bodies.length >= 43);
    assert.deepEqual(bodiesOf(fed, 'orders-0'), numbers(0, 40));
    assert.ok(fed.batches.every(({ length }) => length <= 8));
    const first = fed.events.find(({ records }) => 'orders-0' in Object(records));
    assert.deepEqual(
      [first?.['eventSource'], first?.['bootstrapServers']],
      ['SelfManagedKafka', `127.0.0.1:${way.port}`],
    );
    const { timestamp, ...record } = Object(first?.['records'])['orders-0'][0];
    assert.ok(Math.abs(timestamp - Date.now()) < 600_000);
    assert.deepEqual(record, {
      ...{ topic: 'orders', partition: 0, offset: 0, timestampType: 'CREATE_TIME' },
      ...{ key: Buffer.from('a key').toString('base64'), value: Buffer.from('0').toString('base64') },
      headers: [{ h: [1, 200] }],
    });
    await fed.result(made.UUID ?? '', /^OK$/);
    const Filters = [{ Pattern: '{"value":{"kind":["yes"]}}' }, { Pattern: '{"value":["text"],"key":["a key"]}' }];
    const before_ = fed.bodies.length;
    await fed
      .map('log/orders', {
        FilterCriteria: { Filters },
        SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'filtered' },
        ...TRIM_HORIZON,
      })
      .then(
        () => assert.fail('one mapping of a topic to a function is enough'),
        (error: unknown) => assert.match(String(error), /ResourceConflictException/),
      );
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID: made.UUID }));
    await fed.map('log/orders', { FilterCriteria: { Filters }, ...TRIM_HORIZON });
    await fed.until(() => fed.bodies.length >= before_ + 2);
    assert.deepEqual(fed.bodies.slice(before_), ['{"kind":"yes"}', 'text']);
  });

  test('of which a record fails go on behind it when it was told to the destination; other partitions do not wait', async () => {
    await broker.topic('failing', 2);
    await using fed = await started(way.port);
    await fed.service.queues.admin.create({ account: fed.service.key.account, name: 'dead' }, {}, {});
    const Destination = `arn:aws:sqs:${fed.service.region}:${fed.service.key.account}:dead`;
    const UUID = await fed.map('log/failing', {
      ...TRIM_HORIZON,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 100,
      DestinationConfig: { OnFailure: { Destination } },
    });
    await produce(way.port, 'failing', ['a', 'fail', 'b'], 0);
    await fed.until(() => fed.batches.filter(([one, more]) => one?.body === 'fail' && more === undefined).length > 1);
    await produce(way.port, 'failing', ['beside'], 1);
    await fed.until(() => fed.bodies.includes('beside'));
    assert.equal(bodiesOf(fed, 'failing-0').includes('b') && fed.batches.some(([one]) => one?.body === 'b'), false);
    await fed.client.send(new UpdateEventSourceMappingCommand({ UUID, MaximumRetryAttempts: 1 }));
    const { signal } = new AbortController();
    const queue = { account: fed.service.key.account, name: 'dead' };
    const [message] = await fed.service.queues.inside.receive(queue, { max: 1, waitMs: 60_000, signal });
    const told = JSON.parse(message?.body ?? '{}');
    assert.equal(told.requestContext.condition, 'RetryAttemptsExhausted');
    const { firstRecordOffset, lastRecordOffset } = told.KafkaBatchInfo.recordBatchInfo['failing-0'];
    assert.deepEqual([firstRecordOffset, lastRecordOffset, told.KafkaBatchInfo.batchSize], ['1', '1', 1]);
    assert.equal(told.KafkaBatchInfo.bootstrapServers, `127.0.0.1:${way.port}`);
    const [lost] = JSON.parse(told.payload).records['failing-0'];
    assert.equal(Buffer.from(lost.value, 'base64').toString(), 'fail');
    await fed.until(() => fed.batches.at(-1)?.[0]?.body === 'b');
  });

  test('of which the function names some that failed come again from the first of those on', async () => {
    await broker.topic('partly', 1);
    await produce(way.port, 'partly', ['0', '1', '2', '3']);
    await using fed = await started(way.port);
    fed.answer = (records) => {
      const failed = fed.batches.length === 1 ? records.filter(({ body }) => body === '2') : [];
      return { batchItemFailures: failed.map(() => ({ itemIdentifier: { partition: 'partly-0', offset: 2 } })) };
    };
    await fed.map('log/partly', { ...TRIM_HORIZON, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await fed.until(() => fed.batches.length === 2);
    assert.deepEqual(fed.bodies, ['0', '1', '2', '3', '2', '3']);
  });

  test('begin with what is new where that is asked for, and go on where they were when they are enabled again', async () => {
    await broker.topic('new', 1);
    await produce(way.port, 'new', ['old']);
    await using fed = await started(way.port);
    const UUID = await fed.map('log/new', { StartingPosition: 'LATEST' });
    for (let n = 0; fed.bodies.length === 0; n++) {
      await produce(way.port, 'new', [`new-${n}`]);
      await wait(50);
    }
    assert.equal(fed.bodies.includes('old'), false);
    await fed.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    const last = fed.bodies.at(-1);
    await produce(way.port, 'new', ['while it was disabled']);
    await fed.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await fed.until(() => fed.bodies.includes('while it was disabled'));
    assert.equal(fed.bodies.filter((body) => body === last).length, 1, 'what was done does not come again');
    await fed.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  });

  test('go on where they were when the connection was cut and the broker was away, in order and without a gap', async () => {
    await using one = await startBroker();
    await using own = await wayTo(one.port);
    await one.topic('cut', 1);
    await produce(own.port, 'cut', numbers(0, 10));
    await using fed = await started(own.port);
    const { promise, resolve } = Promise.withResolvers<void>();
    fed.gate = promise;
    const UUID = await fed.map('log/cut', { BatchSize: 4, ...TRIM_HORIZON });
    await fed.until(() => fed.batches.length === 1);
    const cut = own.cut();
    await one.down();
    resolve();
    assert.ok(cut > 0);
    await fed.result(UUID, /^PROBLEM/);
    await one.up();
    await produce(own.port, 'cut', numbers(10, 15));
    await fed.until(() => fed.bodies.at(-1) === '14');
    assert.deepEqual(fed.bodies, numbers(0, 15), 'what was with the function meanwhile is done once');
    await fed.result(UUID, /^OK$/);
  });

  test('of a cluster that has lost what it had come from the beginning of what it has', async () => {
    await using one = await startBroker();
    await one.topic('anew', 1);
    await using own = await wayTo(one.port);
    await produce(own.port, 'anew', numbers(0, 10));
    await using fed = await started(own.port);
    const UUID = await fed.map('log/anew', TRIM_HORIZON);
    await fed.until(() => fed.bodies.length === 10);
    await fed.result(UUID, /^OK$/);
    await using other = await startBroker();
    await other.topic('anew', 1);
    own.lead(other.port);
    await produce(own.port, 'anew', ['first of another life']);
    await fed.until(() => fed.bodies.at(-1) === 'first of another life');
  });

  test('are read of several brokers, and go on where another takes a partition over', async () => {
    await using cluster = await startBroker(3);
    await cluster.topic('spread', 6);
    await using fed = await started(cluster.port);
    const UUID = await fed.map('log/spread', TRIM_HORIZON);
    const rounds = 3;
    for (let round = 0; round < rounds; round++) {
      for (let n = 0; n < 6; n++) await produce(cluster.port, 'spread', numbers(round * 5, round * 5 + 5), n);
      await fed.until(() => fed.bodies.length >= (round + 1) * 30);
      for (let n = 0; n < 6; n++) await cluster.lead('spread', n, ((n + round) % 3) + 1);
    }
    for (let n = 0; n < 6; n++) assert.deepEqual(bodiesOf(fed, `spread-${n}`), numbers(0, rounds * 5), `${n}`);
    await fed.result(UUID, /^OK$/);
  });

  test('are shared by the mappings of a group, and one that goes leaves its part to the other', async () => {
    await broker.topic('shared', 4);
    await using own = await wayTo(broker.port);
    await using fed = await started(own.port);
    await using other = await started(own.port);
    const together = { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'together' }, ...TRIM_HORIZON };
    const UUID = await fed.map('log/shared', together);
    await other.map('log/shared', together);
    const sent: string[] = [];
    const sendAll = async (): Promise<void> => {
      for (let partition = 0; partition < 4; partition++) {
        sent.push(`${sent.length}`);
        await produce(own.port, 'shared', sent.slice(-1), partition);
      }
    };
    while (fed.bodies.length === 0 || other.bodies.length === 0) {
      await sendAll();
      await wait(200);
    }
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    const all = (): ReadonlySet<string> => new Set([...fed.bodies, ...other.bodies]);
    await sendAll();
    await other.until(() => all().size === sent.length);
  });

  test('are read with TLS and a password where the operator has said so, and by nobody who has another', async () => {
    await broker.topic('guarded', 1);
    await produce(way.port, 'guarded', ['behind a gate']);
    const { ca, cert, key } = await certificates();
    const gate = { tls: { cert, key, ca, requestCert: true } };
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
      const known = { user: 'reader', password: 'sesame-7', mechanism };
      await using guarded = await wayTo(broker.port, { ...gate, sasl: saslGate(known) });
      const url = `kafkas://localhost:${guarded.port}`;
      const log = { kind: 'kafka', url, ca, cert, key, ...known } as const;
      await using fed = await Fed.start({ log, wrong: { ...log, password: 'other' }, bare: { kind: 'kafka', url } });
      await assert.rejects(fed.map('wrong/guarded', TRIM_HORIZON), /SASL authentication failed/);
      await assert.rejects(fed.map('bare/guarded', TRIM_HORIZON), /could not be looked at: .*certificate/);
      const Type = (
        { PLAIN: 'BASIC_AUTH', 'SCRAM-SHA-256': 'SASL_SCRAM_256_AUTH', 'SCRAM-SHA-512': 'SASL_SCRAM_512_AUTH' } as const
      )[mechanism];
      const SourceAccessConfigurations = [
        { Type, URI: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:one' },
        { Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:two' },
        { Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:three' },
      ] as const;
      const UUID = await fed.map('log/guarded', {
        ...TRIM_HORIZON,
        SourceAccessConfigurations: [...SourceAccessConfigurations],
      });
      await fed.until(() => fed.bodies.includes('behind a gate'));
      const shown = await fed.client.send(new GetEventSourceMappingCommand({ UUID }));
      assert.deepEqual(shown.SourceAccessConfigurations, SourceAccessConfigurations);
      assert.doesNotMatch(JSON.stringify(shown), /sesame/);
    }
  });

  test('that are not there, or no operator has named, are refused, and why', async () => {
    await using fed = await started(way.port);
    const refused = async (more: Partial<CreateEventSourceMappingCommandInput>, words: RegExp): Promise<void> => {
      const request = { FunctionName: 'takes', ...TRIM_HORIZON, ...more };
      const made = fed.client.send(new CreateEventSourceMappingCommand(request));
      await assert.rejects(made, { name: 'InvalidParameterValueException', message: words });
    };
    const at = (...servers: string[]): Partial<CreateEventSourceMappingCommandInput> => ({
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: servers } },
      Topics: ['any'],
    });
    const here = at(`127.0.0.1:${way.port}`);
    await refused({ EventSourceArn: 'arn:aws:heddle-source:::log/none' }, /could not be looked at: .*none/);
    await refused(
      at('10.0.0.1:9092'),
      /has no connection of kind "kafka" for this account with the servers 10\.0\.0\.1:9092/,
    );
    await refused({ ...here, Topics: undefined }, /Topics must have one topic/);
    await refused({ ...here, StartingPosition: undefined }, /startingPosition/);
    await broker.topic('any', 1);
    const URI = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:one';
    await refused(
      { ...here, SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI }] },
      /has SASL_SCRAM_512_AUTH: .* "sources" of its config\.json/,
    );
    const SchemaRegistryConfig = { SchemaRegistryURI: 'https://registry.lan' };
    await refused({ ...here, SelfManagedKafkaEventSourceConfig: { SchemaRegistryConfig } }, /SchemaRegistryConfig/);
    const amazons = 'arn:aws:kafka:eu-west-1:123456789012:cluster/one/0d6a';
    await refused({ EventSourceArn: amazons, Topics: ['any'] }, /clusters that Amazon manages are not read from here/);
    const { UUID } = await fed.client.send(
      new CreateEventSourceMappingCommand({ FunctionName: 'takes', Enabled: false, ...TRIM_HORIZON, ...here }),
    );
    const SelfManagedKafkaEventSourceConfig = { ConsumerGroupId: 'another' };
    const change = new UpdateEventSourceMappingCommand({ UUID, SelfManagedKafkaEventSourceConfig });
    await assert.rejects(fed.client.send(change), /ConsumerGroupId is .*; it cannot be changed/);
    assert.equal((await fed.client.send(new GetEventSourceMappingCommand({ UUID }))).State, 'Disabled');
  });
});

const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver =
  isolating.find((each) => each.name === 'host' && each.skip === false) ??
  isolating.find((each) => each.skip === false);

describe(
  'a service that is killed while it reads topics',
  { skip: skip === false ? driver === undefined : skip },
  () => {
    test('goes on with what was not done, each partition in order and without a gap', async () => {
      await using broker = await startBroker();
      await using way = await wayTo(broker.port);
      await using recorder = await startRecorder();
      await broker.topic('jobs', 2);
      const home = await newHome();
      const sources = { log: { kind: 'kafka', url: `kafka://127.0.0.1:${way.port}` } };
      await writeFile(join(home, 'config.json'), JSON.stringify({ sources }));
      const start = async (): Promise<RunningService> =>
        await startHeddle(home, '--driver', driver?.name ?? 'host', ...littleWarm);
      let service = await start();
      const code = `exports.handler = async ({ records }) => {
      for (const [name, all] of Object.entries(records)) {
        const body = JSON.stringify(all.map(({ value }) => Buffer.from(value, 'base64').toString()));
        await fetch('http://host.heddle.internal:${recorder.port}/' + name + '/batch', { method: 'POST', body });
      }
    };`;
      await deploy(service, 'jobs', code, { Tags: { 'heddle:egress': `host.heddle.internal:${recorder.port}` } });
      const request = { FunctionName: 'jobs', EventSourceArn: 'arn:aws:heddle-source:::log/jobs', BatchSize: 5 };
      await service.client.send(new CreateEventSourceMappingCommand({ ...request, ...TRIM_HORIZON }));
      const partitions = ['jobs-0', 'jobs-1'] as const;
      const bodies = (name: string): string[] =>
        (recorder.posted.get(`/${name}/batch`) ?? []).flatMap((text): string[] => JSON.parse(text));
      const last = new Map<string, string>();
      let sent = 0;
      const send = async (count: number): Promise<void> => {
        for (const [n, name] of partitions.entries()) {
          await produce(way.port, 'jobs', numbers(sent, sent + count), n);
          last.set(name, `${sent + count - 1}`);
        }
        sent += count;
      };
      await send(50);
      await recorder.until(() => partitions.every((name) => bodies(name).length > 0));
      for (let kill = 0; kill < 2; kill++) {
        const seen = partitions.map((name) => bodies(name).length);
        await send(100);
        await recorder.until(() => partitions.some((name, n) => bodies(name).length > (seen[n] ?? 0)));
        await service.kill('SIGKILL');
        service = await start();
      }
      await recorder.until(() => partitions.every((name) => bodies(name).at(-1) === last.get(name)));
      for (const name of partitions) {
        assert.deepEqual([...new Set(bodies(name))], numbers(0, sent), name);
        assert.ok(bodies(name).length <= sent + 2 * 5, `${name}: only what was with the function comes twice`);
      }
      await service[Symbol.asyncDispose]();
    });
  },
);
