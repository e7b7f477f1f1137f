import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Lambda } from '@aws-sdk/client-lambda';
import { Lambda as Client } from '@aws-sdk/client-lambda';
import { createAccount } from '../../../store/credentials.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('durable executions by the Lambda API', () => {
  let service: TestFrontend;
  let client: Lambda;
  let stranger: Lambda;
  before(async () => {
    service = await startTestFrontend();
    const { url, region, key, store } = service;
    const of = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): Lambda =>
      new Client({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
    client = of(key);
    stranger = of(await createAccount(store, 1));
    service.workerManager.behaviour = async () => outcomeOf(Buffer.from('{"Status":"SUCCEEDED","Result":"1"}'));
    const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
    const common = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: undefined, Code } as const;
    await client.createFunction({ ...common, FunctionName: 'plain' });
    const DurableConfig = { ExecutionTimeout: 60 };
    await client.createFunction({ ...common, FunctionName: 'durable', DurableConfig });
  });
  after(async () => {
    for (const each of [client, stranger]) each.destroy();
    await service[Symbol.asyncDispose]();
  });

  test('a function is durable from its creation on, or never; its numbers may change, and its versions keep theirs', async () => {
    const FunctionName = 'durable';
    const configuration = await client.getFunctionConfiguration({ FunctionName });
    assert.deepEqual(configuration.DurableConfig, { ExecutionTimeout: 60, RetentionPeriodInDays: 14 });
    const { Version } = await client.publishVersion({ FunctionName });
    await client.updateFunctionConfiguration({ FunctionName, DurableConfig: { RetentionPeriodInDays: 3 } });
    const changed = await client.getFunctionConfiguration({ FunctionName });
    assert.deepEqual(changed.DurableConfig, { ExecutionTimeout: 60, RetentionPeriodInDays: 3 });
    const kept = await client.getFunctionConfiguration({ FunctionName, Qualifier: Version });
    assert.deepEqual(kept.DurableConfig, configuration.DurableConfig);
    const DurableConfig = { ExecutionTimeout: 60 };
    await assert.rejects(client.updateFunctionConfiguration({ FunctionName: 'plain', DurableConfig }), {
      name: 'InvalidParameterValueException',
      message: /cannot be made durable/,
    });
    const beyond = client.updateFunctionConfiguration({ FunctionName, DurableConfig: { RetentionPeriodInDays: 91 } });
    await assert.rejects(beyond, { name: 'ValidationException' });
    await assert.rejects(client.invokeWithResponseStream({ FunctionName, Qualifier: '$LATEST' }), {
      message: 'InvokeWithResponseStream is not supported for durable functions. Use Invoke.',
    });
  });

  test('an account sees nothing of another’s executions, and can neither stop nor answer them', async () => {
    const call = { FunctionName: 'durable', Qualifier: '$LATEST', DurableExecutionName: 'mine' };
    const { DurableExecutionArn = '', Payload } = await client.invoke(call);
    assert.equal(Payload?.transformToString(), '1');
    const shown = await client.getDurableExecution({ DurableExecutionArn });
    assert.deepEqual([shown.Status, shown.Result, shown.DurableExecutionName], ['SUCCEEDED', '1', 'mine']);
    const none = { name: 'ResourceNotFoundException', message: 'Durable Execution does not exist' };
    await assert.rejects(stranger.getDurableExecution({ DurableExecutionArn }), none);
    await assert.rejects(stranger.getDurableExecutionHistory({ DurableExecutionArn }), none);
    await assert.rejects(stranger.stopDurableExecution({ DurableExecutionArn }), none);
    const uuid = DurableExecutionArn.slice(DurableExecutionArn.lastIndexOf('/') + 1);
    const CallbackId = Buffer.from(`${uuid}\nany\nguessed`).toString('base64');
    const closed = { name: 'CallbackTimeoutException' };
    await assert.rejects(stranger.sendDurableExecutionCallbackSuccess({ CallbackId }), closed);
    const CheckpointToken = 'bm9uZQ==';
    const noToken = { name: 'InvalidParameterValueException', message: 'Invalid Checkpoint Token' };
    await assert.rejects(stranger.checkpointDurableExecution({ DurableExecutionArn, CheckpointToken }), noToken);
    await assert.rejects(client.getDurableExecutionState({ DurableExecutionArn, CheckpointToken }), noToken);
  });

  test('lists go by pages in either order, and by status, time and name', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const DurableExecutionName of names)
      await client.invoke({ FunctionName: 'durable', Qualifier: '$LATEST', DurableExecutionName });
    const list = async (more: object): Promise<(string | undefined)[]> => {
      const found: (string | undefined)[] = [];
      let Marker: string | undefined;
      do {
        const page = await client.listDurableExecutionsByFunction({
          FunctionName: 'durable',
          MaxItems: 2,
          Marker,
          ...more,
        });
        found.push(...(page.DurableExecutions ?? []).map((each) => each.DurableExecutionName));
        Marker = page.NextMarker;
      } while (Marker !== undefined);
      return found;
    };
    const newest = await list({});
    assert.deepEqual(
      newest.filter((name) => names.includes(name ?? '')),
      names.toReversed(),
    );
    assert.deepEqual(await list({ ReverseOrder: true }), newest.toReversed());
    assert.deepEqual(await list({ Statuses: ['FAILED', 'RUNNING'] }), []);
    assert.deepEqual(await list({ Statuses: ['SUCCEEDED'], DurableExecutionName: 'b' }), ['b']);
    assert.deepEqual(await list({ StartedBefore: new Date(0) }), []);
    assert.deepEqual(await list({ StartedAfter: new Date(0) }), newest);
  });
});
