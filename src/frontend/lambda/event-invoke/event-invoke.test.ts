import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
  type LambdaClient,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('event invoke configurations, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' });
    for (const FunctionName of ['f', 'target'])
      await client.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::123456789012:role/any',
          Code: { ZipFile },
        }),
      );
    await client.send(new PublishVersionCommand({ FunctionName: 'f' }));
  });
  after(() => service[Symbol.asyncDispose]());

  const arn = (name: string): string => `arn:aws:lambda:${service.region}:${service.key.account}:function:${name}`;
  const nothing = { OnSuccess: {}, OnFailure: {} };

  /** What a configuration is answered with, but for its time and the SDK's own. */
  async function put(more: Omit<PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>): Promise<object> {
    const command = new PutFunctionEventInvokeConfigCommand({ FunctionName: 'f', ...more });
    const { $metadata: _, LastModified, ...config } = await client.send(command);
    assert(LastModified instanceof Date && Math.abs(LastModified.getTime() - Date.now()) < 60_000);
    return config;
  }

  test('one is put, which replaces it, and updated, which keeps what is not said', async () => {
    const FunctionArn = `${arn('f')}:$LATEST`;
    assert.deepEqual(await put({ MaximumRetryAttempts: 0 }), {
      ...{ FunctionArn, MaximumRetryAttempts: 0, DestinationConfig: nothing },
    });
    assert.deepEqual(await put({ MaximumEventAgeInSeconds: 60 }), {
      ...{ FunctionArn, MaximumEventAgeInSeconds: 60, DestinationConfig: nothing },
    });
    const update = new UpdateFunctionEventInvokeConfigCommand({ FunctionName: 'f', MaximumRetryAttempts: 1 });
    assert.equal((await client.send(update)).MaximumEventAgeInSeconds, 60);
    const get = new GetFunctionEventInvokeConfigCommand({ FunctionName: 'f', Qualifier: '$LATEST' });
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = await client.send(get);
    assert.deepEqual([MaximumRetryAttempts, MaximumEventAgeInSeconds], [1, 60]);
  });

  test('each version has its own; they are listed page by page, with markers that are good for this list only', async () => {
    await put({ MaximumRetryAttempts: 1 });
    await put({ MaximumRetryAttempts: 2, Qualifier: '1' });
    const list = (more: { Marker?: string | undefined } = {}) =>
      client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: 'f', MaxItems: 1, ...more }));
    const first = await list();
    const second = await list({ Marker: first.NextMarker });
    assert.deepEqual(
      [first, second].flatMap((page) => page.FunctionEventInvokeConfigs?.map((config) => config.FunctionArn)),
      [`${arn('f')}:$LATEST`, `${arn('f')}:1`],
    );
    assert.equal(second.NextMarker, undefined);
    for (const Marker of ['none', Buffer.from('other\n1').toString('base64url')])
      await assert.rejects(list({ Marker }), { name: 'InvalidParameterValueException', message: /Marker/ });
  });

  test('destinations are of services that take results, and functions that are there', async () => {
    const failing = (Destination: string) => put({ DestinationConfig: { OnFailure: { Destination } } });
    assert.deepEqual(await failing(arn('target')), {
      FunctionArn: `${arn('f')}:$LATEST`,
      DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: arn('target') } },
    });
    const refused: readonly (readonly [string, RegExp])[] = [
      [arn('none'), /^The destination ARN .*:none is invalid\.$/],
      [arn('f'), /^You can't specify the function as a destination for itself\.$/],
      [
        'arn:aws:iam:eu-west-1:123456789012:role',
        /DestinationConfig\(onSuccess=null, onFailure=OnFailure\(destination=arn:aws:iam:.*\)\) is invalid/,
      ],
    ];
    for (const [to, message] of refused)
      await assert.rejects(failing(to), { name: 'InvalidParameterValueException', message });
    await assert.rejects(failing('nowhere'), { name: 'ValidationException', message: /destinationConfig\.onFailure/ });
  });

  test('what is out of bounds, says nothing, or is of no function is refused', async () => {
    await assert.rejects(put({ MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 59 }), {
      name: 'ValidationException',
      message: /^2 validation errors detected: .*less than or equal to 2.*greater than or equal to 60/,
    });
    await assert.rejects(put({}), {
      message: 'You must specify at least one of error handling or destination setting.',
    });
    await assert.rejects(put({ MaximumRetryAttempts: 1, Qualifier: '7' }), { message: "The function doesn't exist." });
  });

  test('one that was deleted is gone, and goes with its function', async () => {
    await put({ MaximumRetryAttempts: 1 });
    const remove = new DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'f' });
    assert.equal((await client.send(remove)).$metadata.httpStatusCode, 204);
    const gone = {
      name: 'ResourceNotFoundException',
      message: /:function:f:\$LATEST doesn't have an EventInvokeConfig$/,
    };
    await assert.rejects(client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'f' })), gone);
    await put({ MaximumRetryAttempts: 1 });
    await client.send(new DeleteFunctionCommand({ FunctionName: 'f' }));
    await assert.rejects(client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'f' })), gone);
  });
});
