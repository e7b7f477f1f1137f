import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetProvisionedConcurrencyConfigCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionUpdatedV2,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('provisioned concurrency', () => {
  let frontend: TestFrontend;
  let client: LambdaClient;
  beforeEach(async () => {
    frontend = await startTestFrontend();
    client = frontend.client();
  });
  afterEach(() => frontend[Symbol.asyncDispose]());

  const codeOf = (n: number): Promise<Uint8Array> => zipOf({ 'index.mjs': `export const handler = () => ${n};` });

  /** A function of this name with version 1. */
  async function published(FunctionName: string): Promise<void> {
    const Role = 'arn:aws:iam::000000000000:role/any';
    const function_ = { FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Publish: true } as const;
    await client.send(new CreateFunctionCommand({ ...function_, Code: { ZipFile: await codeOf(0) } }));
  }

  const put = (FunctionName: string, Qualifier: string, n: number): Promise<unknown> =>
    client.send(
      new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: n }),
    );
  const reserve = (FunctionName: string, n: number): Promise<unknown> =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: n }));
  const below = /decreases account's UnreservedConcurrentExecution below its minimum value of \[100\]\./;

  test('of all functions together no more is provisioned than the account has left, and it cannot be reserved either', async () => {
    await published('a');
    await published('b');
    await put('a', '1', 600);
    await assert.rejects(put('b', '1', 301), below);
    await put('b', '1', 300);
    await assert.rejects(put('a', '1', 601), below);
    await assert.rejects(reserve('b', 301), below);
    // What b has provisioned is part of what it reserves.
    await reserve('b', 300);
    await assert.rejects(put('a', '1', 1_001), /is greater than account's unreserved concurrency \[1000\]\./);
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    assert.equal(AccountLimit?.UnreservedConcurrentExecutions, 700, 'It is only without what is reserved.');
  });

  test('what is asked of $LATEST, of no such version and of no such alias is refused as on AWS; giving up twice is not', async () => {
    await published('f');
    const arn = `arn:aws:lambda:${frontend.region}:${frontend.key.account}:function:f`;
    for (const Operation of [GetProvisionedConcurrencyConfigCommand, DeleteProvisionedConcurrencyConfigCommand]) {
      const ask = (Qualifier: string): Promise<unknown> => client.send(new Operation({ FunctionName: 'f', Qualifier }));
      await assert.rejects(ask('$LATEST'), {
        name: 'InvalidParameterValueException',
        message: 'The function resource provided must be an alias or a published version.',
      });
      await assert.rejects(ask('2'), {
        name: 'ResourceNotFoundException',
        message: `Function not found: ${arn}:2`,
      });
      await assert.rejects(ask('none'), {
        name: 'ResourceNotFoundException',
        message: `Cannot find alias arn: ${arn}:none`,
      });
    }
    await assert.rejects(put('f', '$LATEST', 1), /cannot be applied to unpublished function versions/);
    await put('f', '1', 1);
    const giveUp = new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: 'f', Qualifier: '1' });
    await client.send(giveUp);
    assert.equal((await client.send(giveUp)).$metadata.httpStatusCode, 204);
    assert.deepEqual(frontend.workerManager.provisions.at(-1)?.parts, []);
  });

  test('an alias that has some cannot be led to $LATEST, nor to a version that has some already', async () => {
    await published('f');
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'f', ZipFile: await codeOf(1) }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 0.01 }, { FunctionName: 'f' });
    await client.send(new PublishVersionCommand({ FunctionName: 'f' }));
    await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }));
    const lead = (FunctionVersion: string): Promise<{ readonly FunctionVersion?: string | undefined }> =>
      client.send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion }));
    await lead('$LATEST');
    await assert.rejects(put('f', 'live', 2), /cannot be applied to unpublished function versions/);
    await lead('1');
    await put('f', 'live', 2);
    await put('f', '2', 1);
    await assert.rejects(put('f', '1', 1), {
      name: 'ResourceConflictException',
      message: 'Version is pointed by a Provisioned Concurrency alias',
    });
    await assert.rejects(lead('$LATEST'), /cannot be applied to unpublished function versions/);
    await assert.rejects(lead('2'), /^ResourceConflictException: Alias can't be used for Provisioned Concurrency/);
    await client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: 'f', Qualifier: '2' }));
    assert.equal((await lead('2')).FunctionVersion, '2');
    assert.equal(frontend.workerManager.provisions.at(-1)?.parts[0]?.function.version, '2');
  });
});
