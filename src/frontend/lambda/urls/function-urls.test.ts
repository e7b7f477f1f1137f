import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  ListFunctionUrlConfigsCommand,
  PublishVersionCommand,
  UpdateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

let frontend: TestFrontend;
let client: LambdaClient;
before(async () => {
  frontend = await startTestFrontend();
  client = frontend.client();
});
after(() => frontend[Symbol.asyncDispose]());

async function create(name: string): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      Code: { ZipFile: await zipOf({ 'index.js': '' }) },
    }),
  );
}

const cors = {
  AllowCredentials: true,
  AllowHeaders: ['x-a'],
  AllowMethods: ['GET'],
  AllowOrigins: ['https://shop.example'],
  ExposeHeaders: ['date'],
  MaxAge: 60,
};

test('a URL is created once, read, changed in what is said, and deleted', async () => {
  const FunctionName = 'life';
  await create(FunctionName);
  const made = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM', Cors: cors }));
  const { FunctionArn, FunctionUrl, CreationTime } = made;
  assert.equal(made.$metadata.httpStatusCode, 201);
  assert.match(FunctionArn ?? '', /:function:life$/);
  assert.deepEqual([made.AuthType, made.Cors, made.InvokeMode], ['AWS_IAM', cors, undefined]);
  const { $metadata: _got, ...got } = await client.send(new GetFunctionUrlConfigCommand({ FunctionName }));
  assert.deepEqual(got, {
    AuthType: 'AWS_IAM',
    Cors: cors,
    CreationTime,
    FunctionArn,
    FunctionUrl,
    InvokeMode: 'BUFFERED',
    LastModifiedTime: CreationTime,
  });
  const changed = await client.send(
    new UpdateFunctionUrlConfigCommand({ FunctionName, InvokeMode: 'RESPONSE_STREAM', Cors: {} }),
  );
  assert.deepEqual(
    [changed.FunctionUrl, changed.AuthType, changed.InvokeMode, changed.Cors],
    [FunctionUrl, 'AWS_IAM', 'RESPONSE_STREAM', undefined],
  );
  await assert.rejects(client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' })), {
    name: 'ResourceConflictException',
    message: `Failed to create function url config for [functionArn = ${FunctionArn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  });
  const gone = await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
  assert.equal(gone.$metadata.httpStatusCode, 204);
  const nowhere = { name: 'ResourceNotFoundException', message: 'The resource you requested does not exist.' };
  await assert.rejects(client.send(new GetFunctionUrlConfigCommand({ FunctionName })), nowhere);
  await assert.rejects(client.send(new DeleteFunctionUrlConfigCommand({ FunctionName })), nowhere);
  await assert.rejects(client.send(new UpdateFunctionUrlConfigCommand({ FunctionName })), nowhere);
  await assert.rejects(client.send(new GetFunctionUrlConfigCommand({ FunctionName: 'nobody' })), nowhere);
});

test('an alias has a URL of its own, and a list has those of a function page by page', async () => {
  const FunctionName = 'aliased';
  await create(FunctionName);
  await client.send(new PublishVersionCommand({ FunctionName }));
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  const none = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  assert.deepEqual(none.FunctionUrlConfigs, []);
  const plain = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }));
  const live = await client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', Qualifier: 'live' }),
  );
  assert.notEqual(plain.FunctionUrl, live.FunctionUrl);
  assert.equal(live.FunctionArn, `${plain.FunctionArn}:live`);
  const same = await client.send(new GetFunctionUrlConfigCommand({ FunctionName: `${FunctionName}:live` }));
  assert.equal(same.FunctionUrl, live.FunctionUrl);
  const first = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName, MaxItems: 1 }));
  const second = await client.send(
    new ListFunctionUrlConfigsCommand({ FunctionName, MaxItems: 1, Marker: first.NextMarker }),
  );
  const listed = [...(first.FunctionUrlConfigs ?? []), ...(second.FunctionUrlConfigs ?? [])];
  assert.deepEqual(
    listed.map(({ FunctionUrl }) => FunctionUrl),
    [plain.FunctionUrl, live.FunctionUrl],
  );
  assert.equal(second.NextMarker, undefined);
});

test('what a URL cannot be is refused as AWS words it', async () => {
  const FunctionName = 'wrong';
  await create(FunctionName);
  const create1 = (more: object): Promise<unknown> =>
    // What the types forbid, other clients send.
    client.send(
      new CreateFunctionUrlConfigCommand(
        Object.assign<CreateFunctionUrlConfigCommandInput, object>({ FunctionName, AuthType: 'NONE' }, more),
      ),
    );
  const pattern = '((?!^\\d+$)^[0-9a-zA-Z-_]+$)';
  for (const [more, name, message] of [
    [
      { Qualifier: '1' },
      'ValidationException',
      `1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    ],
    [
      { Qualifier: '$LATEST' },
      'ValidationException',
      `1 validation error detected: Value '$LATEST' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    ],
    [{ Qualifier: 'nobody' }, 'ResourceNotFoundException', 'Function does not exist'],
    [{ FunctionName: 'nobody' }, 'ResourceNotFoundException', 'Function does not exist'],
    [
      { InvokeMode: 'UNKNOWN' },
      'ValidationException',
      /^1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    ],
    [
      { AuthType: undefined },
      'ValidationException',
      /'authType' failed to satisfy constraint: Member must not be null/,
    ],
    [{ AuthType: 'ALL' }, 'ValidationException', /'authType' .*enum value set/],
    [{ Cors: { MaxAge: 86_401 } }, 'ValidationException', /'cors.maxAge' .* less than or equal to 86400/],
    [
      { Cors: { AllowMethods: ['OPTIONS'] } },
      'ValidationException',
      /'cors.allowMethods' .* length less than or equal to 6/,
    ],
    [{ Cors: { AllowOrigins: [''] } }, 'ValidationException', /'cors.allowOrigins'/],
    [{ Cors: { AllowHeaders: ['a\r\nb: c'] } }, 'ValidationException', /'cors.allowHeaders'/],
  ] as const)
    await assert.rejects(create1(more), { name, message });
  const nobody = { FunctionName: 'nobody' };
  const missing = (message: string): object => ({ name: 'ResourceNotFoundException', message });
  const noFunction = missing('Function does not exist');
  const noUrl = missing('The resource you requested does not exist.');
  await assert.rejects(client.send(new ListFunctionUrlConfigsCommand(nobody)), noFunction);
  await assert.rejects(client.send(new UpdateFunctionUrlConfigCommand(nobody)), noFunction);
  await assert.rejects(
    client.send(new UpdateFunctionUrlConfigCommand({ FunctionName, Qualifier: 'nobody' })),
    noFunction,
  );
  await assert.rejects(client.send(new UpdateFunctionUrlConfigCommand({ FunctionName })), noUrl);
  await assert.rejects(client.send(new GetFunctionUrlConfigCommand(nobody)), noUrl);
});
