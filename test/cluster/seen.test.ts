import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  TooManyRequestsException,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { changedTopic, unknownTopic, type TopicState } from '../../src/api/state/topic-state.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { shutdown, spawn } from '../../src/index.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { stateEvents } from '../../src/sdk/state-stream.ts';
import { hostOf, startCluster, type TestCluster } from './harness.ts';

// What an account sees of three real hosts is all of it, whichever of them it asks.

let cluster: TestCluster;
const FunctionName = 'seen';
const calls = 12;

before(async () => {
  cluster = await startCluster({ network: 'loopback' });
  const code = `exports.handler = async () => {
    console.log('it ran');
    await fetch('http://host.heddle.internal:5432/').catch(() => undefined);
  };`;
  const Code = { ZipFile: await zipOf({ 'index.js': code }) };
  const lambda = cluster.lambda(0);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code,
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 120 }, { FunctionName });
  for (const n of cluster.hosts.keys()) await untilKnown(n);
  // At once, so that no single host can run all of them.
  await Promise.all(Array.from({ length: calls }, (_, n) => call(n % 3)));
  const sqs = new SQSClient(cluster.clientOptions(1));
  await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
  sqs.destroy();
  await cluster.lambda(2).send(new InvokeCommand({ FunctionName, InvocationType: 'Event' }));
});

after(() => cluster[Symbol.asyncDispose]());

/** Until it was taken: a host that has no room for the moment says so. */
async function call(n: number): Promise<void> {
  for (;;)
    try {
      return void (await cluster.lambda(n).send(new InvokeCommand({ FunctionName })));
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      await new Promise((resolve) => void setTimeout(resolve, 200));
    }
}

async function untilKnown(n: number): Promise<void> {
  for (;;)
    try {
      return void (await cluster.lambda(n).send(new GetFunctionCommand({ FunctionName })));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
}

/** What a host says of topics, as soon as it is enough. */
async function until(
  n: number,
  topics: readonly string[],
  enough: (states: ReadonlyMap<string, TopicState>) => boolean,
): Promise<ReadonlyMap<string, TopicState>> {
  const leaving = new AbortController();
  const states = new Map(topics.map((topic) => [topic, unknownTopic]));
  using client = new HeddleClient(findConnection(hostOf(cluster, n).home, {}));
  for (;;)
    for await (const event of stateEvents(client, topics, leaving.signal)) {
      for (const [topic, change] of Object.entries(event.topics))
        states.set(topic, changedTopic(states.get(topic) ?? unknownTopic, change));
      if (enough(states)) return states;
    }
}

function rowOf(states: ReadonlyMap<string, TopicState>, topic: string, key: string): Record<string, unknown> {
  return Object(states.get(topic)?.rows.get(key));
}

test('each host tells of all calls, connections, queues and events of an account', async () => {
  const steps = `calls:${FunctionName}`;
  for (const n of cluster.hosts.keys()) {
    const states = await until(n, ['functions', steps, 'egress', 'queues', 'events', 'starts', 'service'], (said) => {
      const { calls: sums } = rowOf(said, 'functions', FunctionName);
      const egress = rowOf(said, 'egress', FunctionName);
      const line = rowOf(said, 'events', FunctionName);
      return (
        Object(sums).calls === calls + 1 &&
        Number(egress['refusals']) > 0 &&
        line['succeeded'] === 1 &&
        said.get('queues')?.rows.has('jobs') === true
      );
    });
    const inSteps = [...(states.get(steps)?.rows.values() ?? [])];
    assert.equal(
      inSteps.reduce((sum, step) => sum + Number(Object(step).calls), 0),
      calls + 1,
      `host ${n}`,
    );
    const started = [...(states.get('starts')?.rows.values() ?? [])];
    assert.equal(
      started.reduce((sum, row) => sum + Number(Object(row).count), 0),
      calls + 1,
      `host ${n}`,
    );
    const { there } = rowOf(states, 'service', 'service');
    for (const topic of ['events', 'egress'])
      assert.ok(Array.isArray(there) && there.includes(topic), `${topic} at ${n}`);
    for (const [topic, { silentHosts }] of states) assert.deepEqual(silentHosts, [], topic);
  }
});

test('threads of a job are told by each host, whichever has their session', async () => {
  const { home, url } = hostOf(cluster, 1);
  Object.assign(process.env, { HEDDLE_HOME: home, HEDDLE_URL: url });
  assert.equal(await spawn((a: number) => a + 1, [41], { name: 'seen thread' }), 42);
  await shutdown();
  for (const n of cluster.hosts.keys()) {
    const jobs = await until(n, ['jobs'], (said) => (said.get('jobs')?.rows.size ?? 0) > 0);
    const [job = ''] = [...(jobs.get('jobs')?.rows.keys() ?? [])];
    const threads = await until(n, [`threads:${job}`], (said) => (said.get(`threads:${job}`)?.rows.size ?? 0) > 0);
    const [row] = [...(threads.get(`threads:${job}`)?.rows.values() ?? [])];
    assert.equal(Object(row).name, 'seen thread', `host ${n}`);
  }
});

test('lines of logs are those of all hosts', async () => {
  for (const n of cluster.hosts.keys()) {
    using client = new HeddleClient(findConnection(hostOf(cluster, n).home, {}));
    const query = { function: FunctionName, text: 'it ran', since: '0', limit: '1000' };
    const response = await client.send({ method: 'GET', path: '/heddle/v1/logs', query });
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += String(piece);
    assert.equal(text.match(/it ran"\}/g)?.length, calls + 1, `host ${n}`);
  }
});

test('a host that is gone is named, and what the others have is still told', async () => {
  const gone = hostOf(cluster, 2);
  await gone.process.kill();
  const states = await until(0, ['functions', 'instances'], (said) =>
    ['functions', 'instances'].every((topic) => said.get(topic)?.silentHosts.includes(gone.name) === true),
  );
  assert.ok(states.get('functions')?.rows.has(FunctionName));
});
