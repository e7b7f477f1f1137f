import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  S3Client,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { HeddleClient } from '../../sdk/client.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';
import { failed, startRoleBench, type RoleBench, type Signer } from './testing/role-bench.ts';

let bench: RoleBench;
let service: TestFrontend;
let admin: HeddleClient;
beforeEach(async () => {
  bench = await startRoleBench();
  ({ service, admin } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

const role: RoleBench['role'] = (...args) => bench.role(...args);
const assume: RoleBench['assume'] = (...args) => bench.assume(...args);
const configOf: RoleBench['configOf'] = (...args) => bench.configOf(...args);
const deploy: RoleBench['deploy'] = (...args) => bench.deploy(...args);
const arnOf: RoleBench['arnOf'] = (...args) => bench.arnOf(...args);

describe('a role', () => {
  test('is taken by the SDK for JavaScript, which says who it is then and may what its policy says', async () => {
    await deploy('hello');
    await deploy('other');
    const arn = await role('caller', ['lambda:InvokeFunction hello']);
    const config = configOf();
    const credentials = fromTemporaryCredentials({
      params: { RoleArn: arn, RoleSessionName: 'ci' },
      clientConfig: { endpoint: service.url, region: service.region },
      masterCredentials: config.credentials,
    });
    const sts = new STSClient({ ...config, credentials });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:sts::${service.key.account}:assumed-role/caller/ci`);
    assert.match(identity.UserId ?? '', /^AROA[A-Z2-7]{17}:ci$/);
    const lambda = new LambdaClient({ ...config, credentials });
    assert.equal((await lambda.send(new InvokeCommand({ FunctionName: 'hello' }))).StatusCode, 200);
    await assert.rejects(
      lambda.send(new InvokeCommand({ FunctionName: 'other' })),
      failed(
        'AccessDeniedException',
        /User: arn:aws:sts::\d{12}:assumed-role\/caller\/ci is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:\d{12}:function:other because no identity-based policy allows the lambda:InvokeFunction action/,
      ),
    );
    await assert.rejects(
      lambda.send(new ListFunctionsCommand({})),
      failed('AccessDeniedException', /lambda:ListFunctions because/),
    );
  });

  test('has prepared ahead what it may call, and nothing else', async () => {
    await deploy('hello');
    await deploy('other');
    const caller = await assume(
      await role('caller', ['lambda:InvokeFunction hello', 'lambda:InvokeFunctionUrl hello', 'heddle:GiveHint']),
    );
    const { url, region, key } = service;
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: token = '' } = caller;
    const own = { accessKeyId, secretAccessKey };
    const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<number> => {
      const session = { headers: { 'x-amz-security-token': token } };
      const signed = await signedHeaders({ url, region, key: own }, 'POST', path, body, session);
      return (await fetch(`${url}${path}`, { method: 'POST', headers: { ...signed, ...headers }, body })).status;
    };
    assert.equal(await post('/heddle/v1/hints', '{"function":"hello"}'), 200);
    assert.equal(await post('/heddle/v1/hints', '{"function":"other"}'), 403);
    const arn = `arn:aws:lambda:${region}:${key.account}:function:other`;
    assert.equal(await post('/heddle/v1/hints', JSON.stringify({ function: arn })), 403);
    const path = '/2015-03-31/functions/hello/invocations';
    assert.equal(await post(path, '{}', { 'heddle-expect': 'hello=2, nobody' }), 403);
    assert.equal(await post(path, '{}', { 'heddle-expect': 'hello=2' }), 200);
    assert.equal(await post(path, '{}', { 'heddle-expect': 'hello, other=2' }), 403);
    const longer = 'x'.repeat(300_000);
    assert.equal(await post(path, JSON.stringify(longer), { 'heddle-expect': 'other' }), 403);
    const named = { FunctionName: 'hello', AuthType: 'AWS_IAM' } as const;
    const { FunctionUrl } = await service.client().send(new CreateFunctionUrlConfigCommand(named));
    const byUrl = `/heddle/url/${new URL(FunctionUrl ?? '').hostname.split('.')[0]}/`;
    assert.equal(await post(byUrl, '{}', { 'heddle-expect': 'hello=3' }), 200);
    assert.equal(await post(byUrl, '{}', { 'heddle-expect': 'other=3' }), 403);
    const names = service.workerManager.expectations.map(({ function: fn }) => fn.name);
    assert.deepEqual(names, ['hello', 'hello', 'hello']);
  });

  test('bounds what is asked of queues, objects and schedules, thing by thing', async () => {
    const own = configOf();
    await new SQSClient(own).send(new CreateQueueCommand({ QueueName: 'jobs' }));
    await new SQSClient(own).send(new CreateQueueCommand({ QueueName: 'other' }));
    const s3 = new S3Client({ ...own, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'inbox' }));
    for (const Key of ['in/a', 'in/b', 'out/c'])
      await s3.send(new PutObjectCommand({ Bucket: 'inbox', Key, Body: Key }));
    await deploy('hello');
    const arn = await role('worker', [
      'sqs:SendMessage jobs',
      ...['s3:GetObject inbox/in/*', 's3:DeleteObject inbox/in/*'],
      'scheduler:*',
      'lambda:InvokeFunction hello',
    ]);
    const config = configOf(await assume(arn));
    const sqs = new SQSClient(config);
    const url = (queue: string): string => `${service.url}/${service.key.account}/${queue}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: url('jobs'), MessageBody: 'm' }));
    await assert.rejects(
      sqs.send(new SendMessageCommand({ QueueUrl: url('other'), MessageBody: 'm' })),
      /not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:\d{12}:other/,
    );
    const objects = new S3Client({ ...config, forcePathStyle: true });
    await objects.send(new GetObjectCommand({ Bucket: 'inbox', Key: 'in/a' }));
    await assert.rejects(
      objects.send(new GetObjectCommand({ Bucket: 'inbox', Key: 'out/c' })),
      failed('AccessDenied', /s3:GetObject on resource: arn:aws:s3:::inbox\/out\/c/),
    );
    const Delete = { Objects: [{ Key: 'in/b' }, { Key: 'out/c' }] };
    const { Deleted, Errors } = await objects.send(new DeleteObjectsCommand({ Bucket: 'inbox', Delete }));
    assert.deepEqual(
      [Deleted?.map(({ Key }) => Key), Errors?.map(({ Key, Code }) => [Key, Code])],
      [['in/b'], [['out/c', 'AccessDenied']]],
    );
    const scheduler = new SchedulerClient(config);
    await scheduler.send(new ListSchedulesCommand({}));
    const schedule = (queue: string): CreateScheduleCommand =>
      new CreateScheduleCommand({
        Name: queue,
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: `arn:aws:sqs:eu-west-1:${service.key.account}:${queue}`, RoleArn: arnOf('worker') },
      });
    // What it has done later it must be allowed, too, and its role to be handed on.
    await assert.rejects(scheduler.send(schedule('other')), /not authorized to perform: sqs:SendMessage/);
    await assert.rejects(scheduler.send(schedule('jobs')), /not authorized to perform: iam:PassRole on resource/);
    await role('worker', ['sqs:SendMessage jobs', 'scheduler:*', 'iam:PassRole worker']);
    await scheduler.send(schedule('jobs'));
  });

  test('is taken for those that its account trusts only, and for as long as it says', async () => {
    const arn = await role('short', ['lambda:*'], {
      sessionSecondsMax: 3_600,
      trust: { accounts: ['self'], externalId: 'shibboleth' },
    });
    const denied = failed(
      'AccessDenied',
      /is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::\d{12}:role/,
    );
    await assert.rejects(assume(arn), denied);
    await assert.rejects(assume(arnOf('none')), denied);
    const ExternalId = 'shibboleth';
    const { Expiration } = await assume(arn, { ExternalId, DurationSeconds: 900 });
    const leftMs = (Expiration?.getTime() ?? 0) - Date.now();
    assert.ok(leftMs > 0 && leftMs <= 900_000, String(leftMs));
    await assert.rejects(
      assume(arn, { ExternalId, DurationSeconds: 899 }),
      failed('ValidationError', /greater than or equal to 900/),
    );
    await assert.rejects(
      assume(arn, { ExternalId, DurationSeconds: 3_601 }),
      failed('ValidationError', /exceeds the MaxSessionDuration/),
    );
    await assert.rejects(
      assume(arn, { ExternalId, RoleSessionName: 'a b' }),
      failed('ValidationError', /regular expression/),
    );
    await assert.rejects(
      assume(arn, { ExternalId, Tags: [{ Key: 'a', Value: 'b' }] }),
      failed('ValidationError', /argument Tags is not understood/),
    );
  });

  test('is worth less by a session policy, and by other policies of its account', async () => {
    await deploy('hello');
    const arn = await role('wide', ['lambda:*', 'sts:*']);
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'lambda:List*', Resource: '*' },
        { Effect: 'Allow', Action: 'sqs:*', Resource: '*' },
      ],
    });
    const lambda = new LambdaClient(configOf(await assume(arn, { Policy })));
    await lambda.send(new ListFunctionsCommand({}));
    await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: 'hello' })), failed('AccessDeniedException'));
    await admin.admin('PUT', '/policies/none', { body: { policy: { services: [] } } });
    const PolicyArns = [{ arn: `arn:aws:iam::${service.key.account}:policy/none` }];
    const nothing = new LambdaClient(configOf(await assume(arn, { PolicyArns })));
    await assert.rejects(nothing.send(new ListFunctionsCommand({})), failed('AccessDeniedException'));
    const bad = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: {} } }],
    });
    await assert.rejects(
      assume(arn, { Policy: bad }),
      failed('MalformedPolicyDocumentException', /conditions are not understood/),
    );
    // Taken by whoever has it, it is no more than he has.
    const chained = await assume(arn, {}, await assume(arn, { Policy: Policy.replace('sqs:*', 'sts:AssumeRole') }));
    await new LambdaClient(configOf(chained)).send(new ListFunctionsCommand({}));
  });

  test('that denies something denies it, whatever else it allows', async () => {
    await deploy('hello');
    await deploy('secret');
    const own = `arn:aws:lambda:*:${service.key.account}:function`;
    const arn = await role('denies', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
        { Effect: 'Deny', Action: 'lambda:Invoke*', Resource: `${own}:secret` },
      ],
    });
    const lambda = new LambdaClient(configOf(await assume(arn)));
    await lambda.send(new InvokeCommand({ FunctionName: 'hello' }));
    await assert.rejects(
      lambda.send(new InvokeCommand({ FunctionName: 'secret' })),
      failed('AccessDeniedException', /with an explicit deny in an identity-based policy/),
    );
  });

  test('is good for nothing once it is revoked or removed', async () => {
    const arn = await role('ends', ['lambda:*']);
    const list = async (by: Signer): Promise<unknown> =>
      await new LambdaClient(configOf(by)).send(new ListFunctionsCommand({}));
    const first = await assume(arn);
    await list(first);
    assert.equal((await admin.admin('POST', '/roles/ends/revocation')).number('sessions'), 1);
    await assert.rejects(list(first), failed('UnrecognizedClientException'));
    const second = await assume(arn);
    await role('ends', ['lambda:Get*']);
    await assert.rejects(list(second), failed('AccessDeniedException'));
    await role('ends', ['lambda:*']);
    await list(second);
    await assert.rejects(list({ ...second, SessionToken: first.SessionToken }), failed('UnrecognizedClientException'));
    await admin.admin('DELETE', '/roles/ends');
    await assert.rejects(list(second), failed('UnrecognizedClientException'));
  });

  test('never lets who has taken it change policies, roles, keys or accounts', async () => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = await assume(await role('all', ['*']));
    using taken = new HeddleClient({
      url: service.url,
      region: service.region,
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      credentialsFile: '',
    });
    await taken.admin('GET', '/policies');
    for (const [method, path] of [
      ['PUT', '/policies/x'],
      ['DELETE', '/roles/all'],
      ['PUT', '/roles/all'],
      ['POST', '/keys'],
      ['GET', '/accounts'],
    ] as const)
      await assert.rejects(
        taken.admin(method, path, method === 'GET' ? {} : { body: {} }),
        /takes a key of the account/,
      );
  });

  test('deploys functions with roles that it may hand on, and no others', async () => {
    const arn = await role('ci', ['lambda:*', 'iam:PassRole app']);
    await role('app', ['sqs:SendMessage']);
    const lambda = new LambdaClient(configOf(await assume(arn)));
    const create = async (Role: string, Tags: Record<string, string> = {}): Promise<unknown> =>
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: `f${Math.random().toString(36).slice(2)}`,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role,
          Tags,
          Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
        }),
      );
    await create(arnOf('app'));
    await assert.rejects(create(arnOf('ci')), failed('AccessDeniedException', /iam:PassRole on resource/));
    // Roles that mean nothing here, and would bind no function.
    for (const stranger of ['arn:aws:iam::999999999999:role/app', arnOf('app').replace('arn:aws', 'arn:')])
      await assert.rejects(create(stranger), failed('AccessDeniedException', /iam:PassRole because/), stranger);
    await assert.rejects(create(arnOf('path/ci')), failed('AccessDeniedException', /iam:PassRole on resource/));
    for (const [tag, value] of [
      ['heddle:egress', 'all'],
      ['heddle:secrets', 'STRIPE=evil.example.org'],
    ] as const)
      await assert.rejects(
        create(arnOf('app'), { [tag]: value }),
        failed('AccessDeniedException', /heddle:SetFunctionPolicy/),
      );
  });

  test('that is removed and made anew is another: what was taken of it before is good for nothing', async () => {
    const home = await mkdtemp(join(tmpdir(), 'heddle-roles-'));
    try {
      let taken: Signer;
      {
        await using first = await startRoleBench({ home });
        taken = await first.assume(await first.role('anew', ['lambda:*']));
        // As a crash between the two would leave it.
        const { documents } = first.service.store;
        const document = documents.get(first.service.key.account, 'role', 'anew');
        const createdAt = Date.now() + 60_000;
        await documents.put(first.service.key.account, 'role', 'anew', { ...document, createdAt });
      }
      await using second = await startRoleBench({ home });
      const lambda = new LambdaClient(second.configOf(taken));
      await assert.rejects(lambda.send(new ListFunctionsCommand({})), failed('UnrecognizedClientException'));
    } finally {
      await rm(home, { recursive: true });
    }
  });

  test('lasts as long as it says, and not only as long as the service', async () => {
    const home = await mkdtemp(join(tmpdir(), 'heddle-roles-'));
    let taken: Signer;
    {
      await using first = await startRoleBench({ home });
      taken = await first.assume(await first.role('stays', ['lambda:*']));
    }
    {
      await using second = await startRoleBench({ home });
      await new LambdaClient(second.configOf(taken)).send(new ListFunctionsCommand({}));
    }
    await rm(home, { recursive: true });
  });
});
