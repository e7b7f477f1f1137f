import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { runCli } from '../../src/cli/testing.ts';
import { deploy } from '../e2e/service.ts';
import { startCluster } from './harness.ts';

test('functions, code, keys and messages of a backup are there in a new cluster', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-backup-'));
  try {
    const file = join(folder, 'backup');
    const key = await backUpOne(folder, file);
    await using restored = await startCluster({ network: 'loopback', machines: 1, restore: file });
    // Leases of the backup run out first: until then accounts have no home, and no share of their rates.
    const patient = { ...restored.clientOptions(0), maxAttempts: 20 };
    const { credentials } = patient;
    assert.equal(credentials.accessKeyId, key);
    const lambda = new LambdaClient(patient);
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'hello', Payload: '"Ada"' }));
    assert.equal(Payload?.transformToString(), '"Hello, Ada"');
    lambda.destroy();
    const sqs = new SQSClient(patient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    assert.equal(Messages?.[0]?.Body, 'kept');
    sqs.destroy();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Gives the id of the cluster's key. */
async function backUpOne(folder: string, file: string): Promise<string> {
  await using cluster = await startCluster({ network: 'loopback', machines: 1 });
  await deploy({ client: cluster.lambda(0) }, 'hello', "exports.handler = async (name) => 'Hello, ' + name;");
  const sqs = new SQSClient(cluster.clientOptions(0));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
  sqs.destroy();
  const reach = [
    '--servers',
    cluster.servers.map(({ url }) => url).join(','),
    '--key',
    join(cluster.folder, 'keys', 'hosts.nk'),
  ];
  const run = await runCli(folder, ['--json', 'cluster', 'backup', file, ...reach]);
  assert.equal(run.code, 0, run.stderr);
  const { streams }: { streams: { name: string; sha256: string }[] } = JSON.parse(run.stdout);
  assert.ok(streams.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)));
  return cluster.clientOptions(0).credentials.accessKeyId;
}
