import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';
import {
  CreateCodeSigningConfigCommand,
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
    const message = /of 10240 MB needs 10240 MB.* at most 7936 MB here\..*--memory 10496/;
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

  test('a function and a version that are not there are not found, and another account’s are not for this one', async () => {
    await create('mine');
    const get = (FunctionName: string): Promise<unknown> => client.send(new GetFunctionCommand({ FunctionName }));
    for (const name of ['mine:7', 'never-made', 'x'.repeat(65)])
      await assert.rejects(
        get(name),
        (error) => error instanceof ResourceNotFoundException && /Function not found: /.test(error.message),
      );
    await assert.rejects(get(`arn:aws:lambda:${service.region}:000000000000:function:mine`), {
      name: 'AccessDeniedException',
    });
  });

  test('a new name has at most 64 characters, and a region is this one', async () => {
    const message =
      /^1 validation error detected: Value 'x{65}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64$/;
    await assert.rejects(create('x'.repeat(65)), { name: 'InvalidParameterValueException', message });
    await assert.rejects(create(`arn:aws:lambda:us-west-2:${service.key.account}:function:far`), {
      name: 'ResourceNotFoundException',
      message: `Functions from 'us-west-2' are not reachable in this region ('${service.region}')`,
    });
  });

  test('creating a function that is there is a conflict', async () => {
    await create('twice');
    await assert.rejects(create('twice'), ResourceConflictException);
  });

  test('what AWS refuses is refused with its error', async () => {
    const refused: readonly (readonly [Partial<CreateFunctionCommandInput>, string, RegExp])[] = [
      [
        { Runtime: 'ruby3.3' },
        'InvalidParameterValueException',
        /enum value set: \[nodejs24\.x, .*provided\.al2023.*\] or be a valid ARN$/,
      ],
      [{ Runtime: 'nodejs14.x' }, 'InvalidParameterValueException', /parameter of nodejs14\.x is no longer supported/],
      [{ Code: { ZipFile: zip, SourceKMSKeyArn: key } }, 'InvalidParameterValueException', /SourceKMSKeyArn/],
      [
        { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) },
        'InvalidParameterValueException',
        /^Number of tags exceeds resource tag limit\.$/,
      ],
      [{ MemorySize: 64 }, 'ValidationException', /'64' at 'memorySize'.*greater than or equal to 128/],
      [{ Timeout: 901 }, 'ValidationException', /'901' at 'timeout'.*less than or equal to 900/],
      [{ Role: 'nobody' }, 'ValidationException', /at 'role'/],
      [{ Handler: undefined }, 'InvalidParameterValueException', /^Runtime and Handler are mandatory parameters for/],
      [{ Runtime: undefined }, 'InvalidParameterValueException', /^Runtime and Handler are mandatory parameters for/],
      [
        { Environment: { Variables: { AWS_REGION: 'x' } } },
        'InvalidParameterValueException',
        /reserved keys.*AWS_REGION/,
      ],
      [{ Environment: { Variables: { BIG: 'x'.repeat(4_200) } } }, 'InvalidParameterValueException', /4KB limit/],
      [{ Environment: { Variables: { 'no-dash': 'x' } } }, 'ValidationException', /environment\.variables/],
      [{ Code: { S3Bucket: 'bucket', S3Key: 'k' } }, 'InvalidParameterValueException', /S3Bucket.*ZipFile/],
      [{ Code: {} }, 'InvalidParameterValueException', /^Please provide a source for function code\.$/],
      [{ Code: { ZipFile: Buffer.from('no zip') } }, 'InvalidParameterValueException', /Could not unzip uploaded file/],
      [{ Architectures: [otherArchitecture] }, 'InvalidParameterValueException', /Architectures/],
      [
        { LoggingConfig: { LogFormat: 'Text', ApplicationLogLevel: 'DEBUG' } },
        'InvalidParameterValueException',
        /only supported when LogFormat is set to JSON/,
      ],
      [{ LoggingConfig: { LogGroup: 'no blanks' } }, 'ValidationException', /at 'loggingConfig\.logGroup'/],
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

  test('a runtime that AWS has ended is taken where its Node can be had, and else refused with what to do', async () => {
    await create('old', { Runtime: 'nodejs18.x' });
    await using other = await startTestFrontend({ endedRuntimes: false, driver: 'microvm' });
    const message = /AWS has ended nodejs18\.x\..*driver microvm.*--driver gvisor/;
    const creating = other.client().send(new CreateFunctionCommand(input('old', { Runtime: 'nodejs18.x' })));
    await assert.rejects(creating, { name: 'InvalidParameterValueException', message });
  });

  test('/tmp has the size that is asked for, within the bounds of AWS and of this machine', async () => {
    const sizeOf = async (): Promise<number | undefined> => {
      const { EphemeralStorage } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'stores' }));
      return EphemeralStorage?.Size;
    };
    const change = (Size: number): Promise<unknown> =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'stores', EphemeralStorage: { Size } }));
    await create('stores', { EphemeralStorage: { Size: 2_048 } });
    assert.equal(await sizeOf(), 2_048);
    await change(512);
    assert.equal(await sizeOf(), 512);
    await assert.rejects(change(511), /'ephemeralStorage\.size' failed to satisfy constraint.*512/);
    await assert.rejects(change(10_241), /'ephemeralStorage\.size' failed to satisfy constraint.*10240/);
    await assert.rejects(
      change(10_240),
      /128 MB with 10240 MB of \/tmp needs 10368 MB, and one function may have at most 7936 MB here.*EphemeralStorage/,
    );
    assert.equal(await sizeOf(), 512);
  });

  test('logging and tracing are kept and shown, with the defaults of AWS', async () => {
    await create('logging', {
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN', LogGroup: '/mine/all' },
    });
    const shown = async (): Promise<unknown[]> => {
      const { LoggingConfig, TracingConfig } = await client.send(
        new GetFunctionConfigurationCommand({ FunctionName: 'logging' }),
      );
      return [LoggingConfig, TracingConfig];
    };
    const json = { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN', LogGroup: '/mine/all' };
    assert.deepEqual(await shown(), [json, { Mode: 'Active' }]);
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'logging' });
    const change = { LoggingConfig: {}, TracingConfig: { Mode: 'PassThrough' as const } };
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'logging', ...change }));
    assert.deepEqual(await shown(), [{ LogFormat: 'Text', LogGroup: '/aws/lambda/logging' }, { Mode: 'PassThrough' }]);
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
    const answer = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile, RevisionId: earlier.RevisionId }),
    );
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'updated' });
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'updated' }));
    assert.equal(now.CodeSha256, dry.CodeSha256);
    assert.notEqual(now.CodeSha256, earlier.CodeSha256);
    assert.equal(new Set([now.RevisionId, answer.RevisionId, earlier.RevisionId]).size, 3);
    assert.deepEqual(service.workerManager.retired.at(-1), {
      account: service.key.account,
      functionName: 'updated',
      keepRevisionId: answer.RevisionId,
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
    assert.deepEqual(bare.Environment, { Variables: {} });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', Environment: {} }));
    const none = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'configured' }));
    assert.equal(none.Environment, undefined);
  });

  test('a deleted function is gone, and its containers are retired', async () => {
    await create('deleted');
    const gone = await client.send(new DeleteFunctionCommand({ FunctionName: 'deleted' }));
    assert.equal(gone.$metadata.httpStatusCode, 204);
    assert.deepEqual(service.workerManager.removals.at(-1), {
      account: service.key.account,
      functionName: 'deleted',
      version: undefined,
    });
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

  test('tags are of functions as a whole, and say what is wrong with them as AWS does', async () => {
    await create('labelled');
    const arn = `arn:aws:lambda:${service.region}:${service.key.account}:function:labelled`;
    const tag = (Resource: string, Tags: Record<string, string>): Promise<unknown> =>
      client.send(new TagResourceCommand({ Resource, Tags }));
    await assert.rejects(tag(`${arn}:1`, { a: 'b' }), {
      name: 'InvalidParameterValueException',
      message: 'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    });
    await assert.rejects(tag(arn, {}), { message: 'An error occurred and the request cannot be processed.' });
    await assert.rejects(tag(arn.replace('function:', 'foobar:'), { a: 'b' }), {
      name: 'ValidationException',
      message: /at 'resource' failed to satisfy constraint/,
    });
    await assert.rejects(tag(arn.replace('function:labelled', 'capacity-provider:none'), { a: 'b' }), {
      name: 'ResourceNotFoundException',
      message: /^Capacity provider not found: /,
    });
    await assert.rejects(client.send(new UntagResourceCommand({ Resource: arn, TagKeys: [] })), {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    });
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

  test('an operation that cannot be here says so, and why', async () => {
    const creating = client.send(
      new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [signer] } }),
    );
    await assert.rejects(creating, (error) => {
      assert(error instanceof LambdaServiceException);
      assert.equal(error.name, 'NotImplementedException');
      assert.match(error.message, /CreateCodeSigningConfig .* not in Heddle: .* AWS Signer, which is not here/);
      return true;
    });
  });
});

const key = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const signer = 'arn:aws:signer:eu-west-1:123456789012:/signing-profiles/one';
