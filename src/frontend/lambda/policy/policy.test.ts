import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteResourcePolicyCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  InvokeCommand,
  LambdaServiceException,
  PublishVersionCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { AddPermissionCommandInput, InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { createAccount } from '../../../store/credentials.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

const bucket = 'arn:aws:s3:::bucket';

describe('policies, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  let zip: Buffer;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    zip = await zipOf({ 'index.mjs': '' });
  });
  after(() => service[Symbol.asyncDispose]());

  const create = async (FunctionName: string): Promise<string> => {
    const Role = 'arn:aws:iam::123456789012:role/any';
    const more = {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
      Code: { ZipFile: zip },
      Publish: true,
    } as const;
    const { FunctionArn = '' } = await client.send(new CreateFunctionCommand({ FunctionName, ...more }));
    await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
    return FunctionArn;
  };
  /** Gives the statement, as text. */
  const add = async (FunctionName: string, more: Partial<AddPermissionCommandInput> = {}): Promise<string> => {
    const usual = { StatementId: 's3', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
    const { Statement = '' } = await client.send(new AddPermissionCommand({ FunctionName, ...usual, ...more }));
    return Statement;
  };
  const policyOf = async (
    FunctionName: string,
    Qualifier?: string,
  ): Promise<{ policy: unknown; RevisionId?: string | undefined }> => {
    const { Policy = '', RevisionId } = await client.send(new GetPolicyCommand({ FunctionName, Qualifier }));
    return { policy: JSON.parse(Policy), RevisionId };
  };
  const revisionOf = async (FunctionName: string, Qualifier?: string): Promise<string | undefined> =>
    (await client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }))).RevisionId;
  const refusal =
    (name: string, status: number, message: string | RegExp): ((error: unknown) => boolean) =>
    (error) => {
      assert(error instanceof LambdaServiceException);
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    };

  test('statements are what AWS makes of a permission, member by member', async () => {
    const arn = await create('statements');
    const cases: readonly (readonly [Partial<AddPermissionCommandInput>, object])[] = [
      [{}, { Principal: { Service: 's3.amazonaws.com' } }],
      [
        { SourceArn: bucket, SourceAccount: '111111111111' },
        {
          Principal: { Service: 's3.amazonaws.com' },
          Condition: { StringEquals: { 'AWS:SourceAccount': '111111111111' }, ArnLike: { 'AWS:SourceArn': bucket } },
        },
      ],
      [{ Principal: '*' }, { Principal: '*' }],
      [{ Principal: '222222222222' }, { Principal: { AWS: 'arn:aws:iam::222222222222:root' } }],
      [{ Principal: 'arn:aws:iam::222222222222:role/r' }, { Principal: { AWS: 'arn:aws:iam::222222222222:role/r' } }],
      [
        {
          Principal: '*',
          Action: 'lambda:InvokeFunctionUrl',
          FunctionUrlAuthType: 'NONE',
          PrincipalOrgID: 'o-1234567890',
        },
        {
          Principal: '*',
          Action: 'lambda:InvokeFunctionUrl',
          Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE', 'aws:PrincipalOrgID': 'o-1234567890' } },
        },
      ],
      [
        { Principal: '*', InvokedViaFunctionUrl: true },
        { Principal: '*', Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } },
      ],
      [
        { Principal: '*', EventSourceToken: 'amzn1.ask.skill.x-y' },
        { Principal: '*', Condition: { StringEquals: { 'lambda:EventSourceToken': 'amzn1.ask.skill.x-y' } } },
      ],
    ];
    const all: object[] = [];
    for (const [index, [input, expected]] of cases.entries()) {
      const Sid = `sid-${index}`;
      const text = await add('statements', { StatementId: Sid, ...input });
      const { Principal, Action = 'lambda:InvokeFunction', Condition }: Record<string, unknown> = { ...expected };
      const whole = {
        Sid,
        Effect: 'Allow',
        Principal,
        Action,
        Resource: arn,
        ...(Condition !== undefined && { Condition }),
      };
      // As text: AWS's order of members is part of it.
      assert.equal(text, JSON.stringify(whole));
      all.push(whole);
    }
    const { policy } = await policyOf('statements');
    assert.deepEqual(policy, { Version: '2012-10-17', Id: 'default', Statement: all });
  });

  test('a policy is one qualifier’s own, and has its revision', async () => {
    const arn = await create('qualified');
    const before = await revisionOf('qualified');
    await add('qualified', { RevisionId: before });
    const { RevisionId } = await policyOf('qualified');
    assert.notEqual(RevisionId, before);
    assert.equal(await revisionOf('qualified'), RevisionId);
    for (const Qualifier of ['1', 'live']) {
      await assert.rejects(
        policyOf('qualified', Qualifier),
        refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
      );
      const statement = Object(JSON.parse(await add('qualified', { Qualifier })));
      assert.equal(statement.Resource, `${arn}:${Qualifier}`);
    }
    assert.equal((await policyOf('qualified', '1')).RevisionId, await revisionOf('qualified', '1'));
    const alias = await client.send(new GetAliasCommand({ FunctionName: 'qualified', Name: 'live' }));
    assert.equal((await policyOf('qualified:live')).RevisionId, alias.RevisionId);
    assert.equal((await policyOf('qualified')).RevisionId, RevisionId);
    // It is no other code or configuration: nothing to publish, and the containers stay.
    const again = await client.send(new PublishVersionCommand({ FunctionName: 'qualified', RevisionId }));
    assert.equal(again.Version, '1');
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'qualified', Timeout: 9, RevisionId }));
    assert.equal((await policyOf('qualified')).RevisionId, await revisionOf('qualified'));
    await client.send(new DeleteAliasCommand({ FunctionName: 'qualified', Name: 'live' }));
    await client.send(new CreateAliasCommand({ FunctionName: 'qualified', Name: 'live', FunctionVersion: '1' }));
    await assert.rejects(policyOf('qualified', 'live'), refusal('ResourceNotFoundException', 404, /does not exist/));
  });

  test('permissions are removed one by one, and the policy with the last', async () => {
    await create('removed');
    await add('removed', { StatementId: 'one' });
    await add('removed', { StatementId: 'two' });
    const remove = (StatementId: string, RevisionId?: string): Promise<unknown> =>
      client.send(new RemovePermissionCommand({ FunctionName: 'removed', StatementId, RevisionId }));
    await assert.rejects(
      remove('three'),
      refusal('ResourceNotFoundException', 404, 'Statement three is not found in resource policy.'),
    );
    await assert.rejects(
      remove('one', 'wrong'),
      refusal('PreconditionFailedException', 412, /GetFunction\/GetAlias API/),
    );
    await remove('one', (await policyOf('removed')).RevisionId);
    await remove('two');
    await assert.rejects(policyOf('removed'), refusal('ResourceNotFoundException', 404, /does not exist/));
    await assert.rejects(
      remove('two'),
      refusal('ResourceNotFoundException', 404, 'No policy is associated with the given resource.'),
    );
  });

  test('what AWS refuses is refused in its words', async () => {
    const arn = await create('refused');
    await add('refused', { StatementId: 'taken' });
    const cases: readonly (readonly [Partial<AddPermissionCommandInput>, string, number, string | RegExp])[] = [
      [
        { StatementId: 'example.com' },
        'ValidationException',
        400,
        "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
      ],
      [
        { FunctionName: 'refused:live', Qualifier: '42' },
        'InvalidParameterValueException',
        400,
        'The derived qualifier from the function name does not match the specified qualifier.',
      ],
      [
        { FunctionName: 'refused:$LATEST' },
        'InvalidParameterValueException',
        400,
        'We currently do not support adding policies for $LATEST.',
      ],
      [
        { Principal: 'invalid.nonaws.com' },
        'InvalidParameterValueException',
        400,
        'The provided principal was invalid. Please check the principal and try again.',
      ],
      [
        { FunctionName: 'none' },
        'ResourceNotFoundException',
        404,
        `Function not found: ${arn.replace('refused', 'none')}`,
      ],
      [{ Qualifier: 'gone' }, 'ResourceNotFoundException', 404, `Cannot find alias arn: ${arn}:gone`],
      [{ Qualifier: '42' }, 'ResourceNotFoundException', 404, `Function not found: ${arn}:42`],
      [{ Qualifier: 'valid-with-$' }, 'ResourceNotFoundException', 404, `Function not found: ${arn}:valid-with-$`],
      [
        { StatementId: 'taken' },
        'ResourceConflictException',
        409,
        'The statement id (taken) provided already exists. Please provide a new statement id, or remove the existing statement.',
      ],
      [
        { RevisionId: 'wrong' },
        'PreconditionFailedException',
        412,
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      ],
      [{ Action: 'dynamodb:GetItem' }, 'ValidationException', 400, /at 'action'/],
      [{ SourceAccount: '12' }, 'ValidationException', 400, /'12' at 'sourceAccount'/],
      [{ SourceArn: 'bucket' }, 'ValidationException', 400, /'bucket' at 'sourceArn'/],
      [
        { FunctionUrlAuthType: 'NONE' },
        'InvalidParameterValueException',
        400,
        /only supported for lambda:InvokeFunctionUrl/,
      ],
    ];
    for (const [input, ...error] of cases)
      await assert.rejects(add('refused', { StatementId: 'new', ...input }), refusal(...error), JSON.stringify(input));
    await assert.rejects(
      client.send(new RemovePermissionCommand({ FunctionName: 'none', StatementId: 'x' })),
      refusal('ResourceNotFoundException', 404, `No policy found for: ${arn.replace('refused', 'none')}`),
    );
    await assert.rejects(policyOf('none'), refusal('ResourceNotFoundException', 404, /resource you requested/));
  });

  test('of many permissions at the same time, none is lost', async () => {
    await create('many');
    await Promise.all(Array.from({ length: 20 }, (_, index) => add('many', { StatementId: `s-${index}` })));
    const { Statement } = Object((await policyOf('many')).policy);
    assert.equal(new Set(Statement.map(({ Sid }: { readonly Sid: string }) => Sid)).size, 20);
    const SourceArn = `arn:aws:s3:::${'x'.repeat(1_000)}`;
    const filling = async (): Promise<void> => {
      for (let index = 0; index < 25; index++) await add('many', { StatementId: `big-${index}`, SourceArn });
    };
    await assert.rejects(filling(), refusal('PolicyLengthExceededException', 400, /bigger than the limit \(20480\)/));
  });

  test('a whole policy is put, read, and deleted; what it denies is denied to the function’s own account', async () => {
    const arn = await create('whole');
    const statement = { Effect: 'Deny', Principal: '*', Action: 'lambda:InvokeFunction' };
    const policyFor = (ResourceArn: string): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource: ResourceArn }] });
    const put = async (ResourceArn: string, RevisionId?: string): Promise<string | undefined> =>
      (await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: policyFor(ResourceArn), RevisionId })))
        .RevisionId;
    const invoke = (Qualifier?: string): Promise<unknown> =>
      client.send(new InvokeCommand({ FunctionName: 'whole', Qualifier }));
    const denied = refusal(
      'AccessDeniedException',
      403,
      /not authorized to perform: lambda:InvokeFunction on resource/,
    );
    await add('whole');
    const first = await put(arn, await revisionOf('whole'));
    const { Policy, RevisionId } = await client.send(new GetResourcePolicyCommand({ ResourceArn: arn }));
    assert.deepEqual([Policy, RevisionId], [policyFor(arn), first]);
    await assert.rejects(
      put(arn, '00000000-0000-0000-0000-000000000000'),
      refusal('PreconditionFailedException', 412, /Revision Id/),
    );
    for (const qualifier of [undefined, '$LATEST']) await assert.rejects(invoke(qualifier), denied);
    for (const qualifier of ['1', 'live']) {
      await invoke(qualifier);
      await put(`${arn}:${qualifier}`);
      await assert.rejects(invoke(qualifier), denied);
      await client.send(new DeleteResourcePolicyCommand({ ResourceArn: `${arn}:${qualifier}` }));
      await invoke(qualifier);
    }
    // A change of the function does not make it forget.
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'whole', Timeout: 9 }));
    await assert.rejects(invoke(), denied);
    await client.send(new DeleteResourcePolicyCommand({ ResourceArn: arn }));
    await invoke();
    await assert.rejects(
      client.send(new DeleteResourcePolicyCommand({ ResourceArn: arn })),
      refusal('ResourceNotFoundException', 404, /No policy is associated/),
    );
    await assert.rejects(
      client.send(new PutResourcePolicyCommand({ ResourceArn: 'whole', Policy: policyFor(arn) })),
      refusal('ValidationException', 400, /at 'resourceArn' failed to satisfy constraint/),
    );
    await assert.rejects(
      client.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: '{}' })),
      refusal('InvalidParameterValueException', 400, /cannot be used/),
    );
  });

  test('another account invokes what a policy allows it, and learns nothing of the rest', async () => {
    const arn = await create('shared');
    const { account, ...credentials } = await createAccount(service.store, Date.now());
    const guest = service.client({ credentials });
    const invoke = (FunctionName: string): Promise<InvokeCommandOutput> =>
      guest.send(new InvokeCommand({ FunctionName }));
    const denied = refusal(
      'AccessDeniedException',
      403,
      /no resource-based policy allows the lambda:InvokeFunction action/,
    );
    await assert.rejects(invoke(arn), denied);
    await assert.rejects(invoke(arn.replace('shared', 'none')), denied);
    await add('shared', { Principal: account, Qualifier: 'live' });
    await assert.rejects(invoke(arn), denied);
    assert.equal((await invoke(`${arn}:live`)).ExecutedVersion, '1');
    const invoked = service.workerManager.invocations.at(-1);
    assert.deepEqual([invoked?.function.account, invoked?.invokedArn], [service.key.account, `${arn}:live`]);
    await add('shared', { Principal: account });
    for (const name of [arn, `${arn}:$LATEST`]) assert.equal((await invoke(name)).ExecutedVersion, '$LATEST');
    // To invoke is not to read or to change.
    await assert.rejects(
      guest.send(new GetFunctionConfigurationCommand({ FunctionName: arn })),
      refusal('AccessDeniedException', 403, /not authorized/),
    );
    await client.send(new RemovePermissionCommand({ FunctionName: 'shared', StatementId: 's3' }));
    await assert.rejects(invoke(arn), denied);
  });
});
