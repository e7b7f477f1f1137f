import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvalidParameterValueException,
  LambdaServiceException,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PreconditionFailedException,
  PublishVersionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { architecture } from '../../../api/unsupported-members.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

const otherArchitecture = 'arm64';

describe('functions, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  let zip: Buffer;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    zip = await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' });
  });
  after(() => service[Symbol.asyncDispose]());

  const input = (name: string, more: Partial<CreateFunctionCommandInput> = {}): CreateFunctionCommandInput => ({
    FunctionName: name,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::123456789012:role/any',
    Code: { ZipFile: zip },
    ...more,
  });
  const create = (name: string, more: Partial<CreateFunctionCommandInput> = {}): Promise<unknown> =>
    client.send(new CreateFunctionCommand(input(name, more)));

  test('a function is created, becomes active, and is described with everything clients read', async () => {
    const created = await client.send(
      new CreateFunctionCommand(
        input('described', {
          Environment: { Variables: { GREETING: 'hi' } },
          Timeout: 7,
          MemorySize: 300,
          Tags: { a: 'b' },
        }),
      ),
    );
    assert.equal(created.$metadata.httpStatusCode, 201);
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'described' });
    const { Configuration, Code, Tags } = await client.send(new GetFunctionCommand({ FunctionName: 'described' }));
    assert.deepEqual(Tags, { a: 'b' });
    assert.equal(Configuration?.State, 'Active');
    assert.equal(Configuration.LastUpdateStatus, 'Successful');
    assert.equal(
      Configuration.FunctionArn,
      `arn:aws:lambda:${service.region}:${service.key.account}:function:described`,
    );
    assert.equal(Configuration.Timeout, 7);
    assert.equal(Configuration.MemorySize, 300);
    assert.equal(Configuration.Version, '$LATEST');
    assert.equal(Configuration.CodeSize, zip.length);
    assert.deepEqual(Configuration.Environment?.Variables, { GREETING: 'hi' });
    assert.match(Configuration.LastModified ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    const downloaded = await fetch(Code?.Location ?? '');
    assert.deepEqual(Buffer.from(await downloaded.arrayBuffer()), zip);
  });

  test('a function too large for the service is refused when it is made and when it is changed', async () => {
    const message = /of 10240 MB needs an instance of 10496 MB.* may use 8192 MB\..*--memory 10496/;
    const refused = { name: 'InvalidParameterValueException', message };
    await assert.rejects(create('large', { MemorySize: 10_240 }), refused);
    await create('grown');
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'grown' });
    const grow = new UpdateFunctionConfigurationCommand({ FunctionName: 'grown', MemorySize: 10_240 });
    await assert.rejects(client.send(grow), refused);
    await client.send(new DeleteFunctionCommand({ FunctionName: 'grown' }));
  });

  test('a link to code that was tampered with is refused', async () => {
    await create('linked');
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName: 'linked' }));
    const link = new URL(Code?.Location ?? '');
    link.searchParams.set('expires', String(Number(link.searchParams.get('expires')) + 1));
    assert.equal((await fetch(link)).status, 403);
  });

  test('all three forms of a name, with and without $LATEST, name the same function', async () => {
    await create('forms');
    const { account } = service.key;
    for (const name of [
      'forms',
      'forms:$LATEST',
      `${account}:function:forms`,
      `arn:aws:lambda:${service.region}:${account}:function:forms`,
      `arn:aws:lambda:${service.region}:${account}:function:forms:$LATEST`,
    ])
      assert.equal(
        (await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).FunctionName,
        'forms',
      );
  });

  test('a function of another account, and a version that is not there, are not found', async () => {
    await create('mine');
    for (const name of [`arn:aws:lambda:${service.region}:000000000000:function:mine`, 'mine:7', 'never-made'])
      await assert.rejects(
        client.send(new GetFunctionCommand({ FunctionName: name })),
        (error) => error instanceof ResourceNotFoundException && /Function not found: /.test(error.message),
      );
  });

  test('creating a function that is there is a conflict', async () => {
    await create('twice');
    await assert.rejects(create('twice'), ResourceConflictException);
  });

  test('what AWS refuses is refused with its error', async () => {
    const refused: readonly (readonly [Partial<CreateFunctionCommandInput>, string, RegExp])[] = [
      [{ Runtime: 'ruby3.3' }, 'InvalidParameterValueException', /enum value set: \[nodejs24\.x, nodejs22\.x\]/],
      [{ MemorySize: 64 }, 'ValidationException', /'64' at 'memorySize'.*greater than or equal to 128/],
      [{ Timeout: 901 }, 'ValidationException', /'901' at 'timeout'.*less than or equal to 900/],
      [{ Role: 'nobody' }, 'ValidationException', /at 'role'/],
      [{ Handler: undefined }, 'ValidationException', /null at 'handler'/],
      [{ Handler: '../../etc/passwd.x' }, 'InvalidParameterValueException', /FILE\.EXPORT/],
      [
        { Environment: { Variables: { AWS_REGION: 'x' } } },
        'InvalidParameterValueException',
        /reserved keys.*AWS_REGION/,
      ],
      [{ Environment: { Variables: { BIG: 'x'.repeat(4_200) } } }, 'InvalidParameterValueException', /4KB limit/],
      [{ Environment: { Variables: { 'no-dash': 'x' } } }, 'ValidationException', /environment\.variables/],
      [{ Code: { S3Bucket: 'b', S3Key: 'k' } }, 'InvalidParameterValueException', /S3Bucket.*ZipFile/],
      [{ Code: { ZipFile: Buffer.from('no zip') } }, 'InvalidParameterValueException', /Could not unzip uploaded file/],
      [{ Architectures: [otherArchitecture] }, 'InvalidParameterValueException', /Architectures/],
      [
        { Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:x:1'] },
        'InvalidParameterValueException',
        /Layers is not there yet/,
      ],
      [{ Publish: true }, 'InvalidParameterValueException', /versions is not there yet/],
    ];
    for (const [more, name, message] of refused)
      await assert.rejects(create('refused', more), (error) => {
        assert(error instanceof LambdaServiceException);
        assert.equal(error.name, name);
        assert.match(error.message, message);
        assert.equal(error.$metadata.httpStatusCode, 400);
        return true;
      });
    await assert.rejects(create('refused', { Runtime: 'ruby3.3' }), InvalidParameterValueException);
    await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'refused' })), ResourceNotFoundException);
  });

  test('members that ask for nothing, as Terraform sends them, are accepted', async () => {
    await create('terraformed', {
      Architectures: [architecture],
      PackageType: 'Zip',
      TracingConfig: { Mode: 'PassThrough' },
      EphemeralStorage: { Size: 512 },
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      Publish: false,
    });
  });

  test('functions are listed by name, page by page, and only those of the account', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await create(name);
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await client.send(new ListFunctionsCommand({ MaxItems: 2, Marker }));
      assert((page.Functions?.length ?? 0) <= 2);
      names.push(...(page.Functions ?? []).map((fn) => fn.FunctionName ?? ''));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(names, names.toSorted());
    assert.deepEqual(
      names.filter((name) => name.startsWith('page-')),
      ['page-1', 'page-2', 'page-3'],
    );
  });

  test('an update of code changes hash and revision, retires the old containers, and minds the RevisionId', async () => {
    await create('updated');
    const earlier = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'updated' }));
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => 2;' });
    const stale = { FunctionName: 'updated', ZipFile, RevisionId: 'another' };
    await assert.rejects(client.send(new UpdateFunctionCodeCommand(stale)), PreconditionFailedException);
    const dry = await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile, DryRun: true }));
    assert.equal(dry.RevisionId, earlier.RevisionId);
    await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile, RevisionId: earlier.RevisionId }),
    );
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'updated' });
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'updated' }));
    assert.equal(now.CodeSha256, dry.CodeSha256);
    assert.notEqual(now.CodeSha256, earlier.CodeSha256);
    assert.notEqual(now.RevisionId, earlier.RevisionId);
    assert.deepEqual(service.workerManager.retired.at(-1), {
      account: service.key.account,
      functionName: 'updated',
      keepRevisionId: now.RevisionId,
    });
  });

  test('an update of configuration changes what it names and nothing else', async () => {
    await create('configured', { Description: 'first', Environment: { Variables: { KEEP: '1' } } });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', Timeout: 60 }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'configured' });
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'configured' }));
    assert.equal(now.Timeout, 60);
    assert.equal(now.Description, 'first');
    assert.deepEqual(now.Environment?.Variables, { KEEP: '1' });
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', Environment: { Variables: {} } }),
    );
    const bare = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'configured' }));
    assert.equal(bare.Environment, undefined);
  });

  test('a deleted function is gone, and its containers are retired', async () => {
    await create('deleted');
    const gone = await client.send(new DeleteFunctionCommand({ FunctionName: 'deleted' }));
    assert.equal(gone.$metadata.httpStatusCode, 204);
    assert.equal(service.workerManager.retired.at(-1)?.keepRevisionId, undefined);
    await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'deleted' })), ResourceNotFoundException);
    await assert.rejects(
      client.send(new DeleteFunctionCommand({ FunctionName: 'deleted' })),
      ResourceNotFoundException,
    );
  });

  test('tags come and go without a new revision', async () => {
    await create('tagged');
    const { RevisionId, FunctionArn: Resource } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'tagged' }),
    );
    await client.send(new TagResourceCommand({ Resource, Tags: { one: '1', two: '2' } }));
    await client.send(new UntagResourceCommand({ Resource, TagKeys: ['one', 'none'] }));
    assert.deepEqual((await client.send(new ListTagsCommand({ Resource }))).Tags, { two: '2' });
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'tagged' }));
    assert.equal(now.RevisionId, RevisionId);
  });

  test('what stock tools read of every function is answered', async () => {
    await create('read');
    const FunctionName = 'read';
    const settings = await client.send(new GetAccountSettingsCommand({}));
    assert((settings.AccountUsage?.FunctionCount ?? 0) > 0);
    assert.equal(
      (await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))).CodeSigningConfigArn,
      '',
    );
    assert.equal(
      (await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions,
      undefined,
    );
    const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    assert.deepEqual(
      Versions?.map((version) => version.Version),
      ['$LATEST'],
    );
    await assert.rejects(client.send(new GetPolicyCommand({ FunctionName })), ResourceNotFoundException);
  });

  test('an operation that is not there yet says so', async () => {
    await assert.rejects(client.send(new PublishVersionCommand({ FunctionName: 'x' })), (error) => {
      assert(error instanceof LambdaServiceException);
      assert.equal(error.name, 'NotImplementedException');
      assert.match(error.message, /PublishVersion .* not in Heddle yet/);
      return true;
    });
  });
});
