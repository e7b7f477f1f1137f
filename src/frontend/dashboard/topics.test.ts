import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateFunctionCommand, InvokeCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../model/clock.ts';
import type { StreamEvent } from '../../model/dashboard/stream.ts';
import type { EgressTotals } from '../../model/network.ts';
import { createAccount } from '../../store/credentials.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';
import { Tally } from './tally.ts';

const counts = { connections: 1, open: 0, moved: 0, bytesOut: 5, bytesIn: 7 };

describe('what the dashboard is told', () => {
  let service: TestFrontend;
  const totals: EgressTotals[] = [];
  before(async () => {
    service = await startTestFrontend({
      dashboard: { tally: new Tally(systemClock), folder: async () => '' },
      egressTotals: () => totals,
    });
    const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
    const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: undefined, Code } as const;
    const client = service.client();
    await client.send(new CreateFunctionCommand({ FunctionName: 'f', MemorySize: 1_024, ...settings }));
    for (const ok of [true, true, false]) {
      const result = ok
        ? { ok, payload: Buffer.from('1') }
        : { ok, functionError: 'Unhandled' as const, payload: Buffer.from('{}') };
      service.workerManager.behaviour = async ({ payload }) =>
        outcomeOf(payload, { result, durationMs: 100, startMs: 3 });
      await client.send(new InvokeCommand({ FunctionName: 'f' }));
    }
    const { account } = service.key;
    const refused = { allowed: 0, refused: 2, lastAt: 2, why: 'a private address', policy: 'public db.lan:5432' };
    totals.push(
      {
        ...{ ...counts, account, functionName: 'f', refusals: 2 },
        targets: [
          { to: 'example.org:443', allowed: 1, refused: 0, lastAt: 1 },
          { to: 'db.lan:5432', ...refused },
        ],
      },
      { ...counts, account: '000000000000', functionName: 'hidden', refusals: 0 },
    );
    const sqs = new SQSClient({ endpoint: service.url, region: service.region, credentials: service.key });
    for (const QueueName of ['dead', 'lost']) await sqs.send(new CreateQueueCommand({ QueueName }));
    const deadLetterTargetArn = `arn:aws:sqs:${service.region}:${account}:dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes: { RedrivePolicy } }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    sqs.destroy();
    const OnFailure = { Destination: `arn:aws:sqs:${service.region}:${account}:lost` };
    await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'f', DestinationConfig: { OnFailure } }));
  });
  after(() => service[Symbol.asyncDispose]());

  /** What the first event of a stream says of one topic. */
  async function rowsOf(topic: string, key = service.key): Promise<Readonly<Record<string, object>>> {
    const path = `/heddle/v1/stream?topics=${encodeURIComponent(topic)}`;
    const answer = await fetch(service.url + path, {
      headers: await signedHeaders({ ...service, key }, 'GET', path),
    });
    let text = '';
    for await (const part of answer.body ?? []) {
      text += Buffer.from(part).toString();
      const [, data] = /^data: ?(.*)$/m.exec(text.slice(0, text.lastIndexOf('\n'))) ?? [];
      if (data === undefined) continue;
      const event: StreamEvent = JSON.parse(data);
      return event.topics[topic]?.put ?? {};
    }
    return assert.fail('The stream said nothing.');
  }

  test('functions come with how their calls went, and one by its name with each step', async () => {
    const { f } = await rowsOf('functions');
    assert.partialDeepStrictEqual(f, {
      ...{ name: 'f', memoryMb: 1_024, state: 'Active', versions: 0, firstCall: 'warm-instance' },
      calls: { calls: 3, errors: 1, refused: 0, paths: [0, 3, 0, 0, 0] },
    });
    const { gbSeconds, startP50 } = Object(f).calls;
    assert.ok(Math.abs(gbSeconds - 0.3) < 1e-6 && Math.abs(startP50 / 3 - 1) < 0.05, `${gbSeconds} ${startP50}`);
    const steps = Object.values(await rowsOf('calls:f'));
    assert.equal(
      steps.reduce((sum, step) => sum + Object(step).calls, 0),
      3,
    );
    assert.deepEqual(await rowsOf('calls:none'), {});
  });

  test('connections come with what would allow those that were refused', async () => {
    const { f, hidden } = await rowsOf('egress');
    assert.partialDeepStrictEqual(f, { connections: 1, refusals: 2, bytesOut: 5 });
    assert.deepEqual(
      Object(f).targets.map((target: object) => Object(target).to),
      ['db.lan:5432', 'example.org:443'],
    );
    assert.equal(hidden, undefined);
  });

  test('queues come with whose dead letters they take', async () => {
    const { jobs, dead, lost } = await rowsOf('queues');
    assert.partialDeepStrictEqual(jobs, { ready: 1, deadLetter: 'dead', deadLettersOf: [] });
    assert.partialDeepStrictEqual(dead, { ready: 0, deadLettersOf: [{ kind: 'queue', name: 'jobs' }] });
    assert.partialDeepStrictEqual(lost, { deadLettersOf: [{ kind: 'function', name: 'f' }] });
  });

  test('only topics that are about one thing take its name, and only the operator sees the machine', async () => {
    const statusOf = async (topics: string, key = service.key): Promise<number> => {
      const path = `/heddle/v1/stream?topics=${encodeURIComponent(topics)}`;
      const { status, body } = await fetch(service.url + path, {
        headers: await signedHeaders({ ...service, key }, 'GET', path),
      });
      await body?.cancel();
      return status;
    };
    for (const topic of [
      'calls:a,calls:b,calls:c,calls:d,calls:e',
      'instances:1',
      'queues:jobs',
      'service:x',
      'nosuch',
      '',
      'calls:%zz',
      `calls:${'f'.repeat(257)}`,
    ])
      assert.equal(await statusOf(topic), 400, topic);
    assert.deepEqual(
      [await statusOf('calls:f,functions:f,threads:j,profiles:f'), await statusOf('machine')],
      [200, 200],
    );
    const other = await createAccount(service.store, 2);
    assert.deepEqual([await statusOf('machine', other), await statusOf('cluster', other)], [403, 403]);
  });

  test('another account sees none of it', async () => {
    const other = await createAccount(service.store, 1);
    for (const topic of [
      'functions',
      'functions:f',
      'calls:f',
      'egress',
      'queues',
      'events',
      'schedules',
      'executions',
    ])
      assert.deepEqual(await rowsOf(topic, other), {}, topic);
    const { service: row } = await rowsOf('service', other);
    for (const topic of ['egress', 'events', 'profiles']) assert.ok(!Object(row).there.includes(topic), topic);
  });
});
