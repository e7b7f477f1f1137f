import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PreconditionFailedException,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  type FunctionConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('what functions are called, and their revisions, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
  });
  after(() => service[Symbol.asyncDispose]());

  const create = async (FunctionName: string): Promise<FunctionConfiguration> =>
    client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
      }),
    );

  test('a function has another revision when what was made or changed is ready, and the one before is none any more', async () => {
    const seen: (string | undefined)[] = [];
    seen.push((await create('revised')).RevisionId);
    const current = async (): Promise<string | undefined> =>
      (await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'revised' }))).RevisionId;
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'revised' });
    seen.push(await current());
    const change = (RevisionId: string | undefined): UpdateFunctionConfigurationCommand =>
      new UpdateFunctionConfigurationCommand({ FunctionName: 'revised', Timeout: 9, RevisionId });
    await assert.rejects(client.send(change(seen[0])), PreconditionFailedException);
    seen.push((await client.send(change(seen[1]))).RevisionId);
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'revised' });
    seen.push(await current());
    assert.equal(new Set(seen).size, 4, seen.join());
    assert.equal(await current(), seen[3]);
  });

  test('what is on functions alone is refused of their versions and aliases in AWS’s words', async () => {
    await create('alone');
    const refused = {
      name: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    };
    for (const FunctionName of ['alone:1', 'alone:live', 'alone:$LATEST']) {
      const update = new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 });
      await assert.rejects(client.send(update), refused, FunctionName);
      await assert.rejects(
        client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 })),
        refused,
      );
    }
  });

  test('what is not there is named as AWS names it, which differs', async () => {
    const named = async (asked: Promise<unknown>): Promise<string> => {
      const error: unknown = await asked.catch((reason: unknown) => reason);
      assert.ok(error instanceof ResourceNotFoundException, String(error));
      return error.message.replace(/^Function not found: .*:function:/, '');
    };
    const FunctionName = 'nobody';
    assert.equal(await named(client.send(new InvokeCommand({ FunctionName }))), 'nobody:$LATEST');
    assert.equal(
      await named(client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }))),
      'nobody:$LATEST',
    );
    assert.equal(await named(client.send(new GetFunctionCommand({ FunctionName }))), 'nobody');
    assert.equal(await named(client.send(new GetFunctionCommand({ FunctionName, Qualifier: '1' }))), 'nobody:1');
    for (const Qualifier of [undefined, '1', 'live'])
      assert.equal(await named(client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }))), 'nobody');
  });
});
