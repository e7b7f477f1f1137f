import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaServiceException,
  ListAliasesCommand,
  PreconditionFailedException,
  PublishVersionCommand,
  ResourceNotFoundException,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type {
  AliasConfiguration,
  AliasRoutingConfiguration,
  GetAliasCommandOutput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { seededRandom } from '../../../../test/simulation/random.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('aliases, with the AWS SDK for JavaScript', () => {
  const FunctionName = 'aliased';
  let service: TestFrontend;
  let client: LambdaClient;
  let arn: string;
  before(async () => {
    service = await startTestFrontend({ random: seededRandom(7) });
    client = service.client();
    arn = `arn:aws:lambda:${service.region}:${service.key.account}:function:${FunctionName}`;
    await client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
        Publish: true,
      }),
    );
    for (const Timeout of [4, 5]) {
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
      await client.send(new PublishVersionCommand({ FunctionName }));
    }
  });
  after(() => service[Symbol.asyncDispose]());

  const create = (Name: string, FunctionVersion: string, more: object = {}): Promise<AliasConfiguration> =>
    client.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion, ...more }));
  const update = (Name: string, more: object): Promise<AliasConfiguration> =>
    client.send(new UpdateAliasCommand({ FunctionName, Name, ...more }));
  const get = (Name: string): Promise<GetAliasCommandOutput> =>
    client.send(new GetAliasCommand({ FunctionName, Name }));
  const routing = (weights: Record<string, number>): { readonly RoutingConfig: AliasRoutingConfiguration } => ({
    RoutingConfig: { AdditionalVersionWeights: weights },
  });
  const refusal =
    (name: string, status: number, message: string | RegExp): ((error: unknown) => boolean) =>
    (error) => {
      assert(error instanceof LambdaServiceException);
      assert.equal(error.name, name);
      assert.equal(error.$metadata.httpStatusCode, status);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    };

  test('an alias is created, read, moved and deleted', async () => {
    const created = await create('moved', '1', { Description: 'd' });
    assert.equal(created.AliasArn, `${arn}:moved`);
    const { $metadata: _, ...fields } = await get('moved');
    assert.deepEqual(fields, {
      AliasArn: `${arn}:moved`,
      Name: 'moved',
      FunctionVersion: '1',
      Description: 'd',
      RevisionId: created.RevisionId,
    });
    const moved = await update('moved', { FunctionVersion: '2', RevisionId: created.RevisionId });
    assert.deepEqual([moved.FunctionVersion, moved.Description], ['2', 'd']);
    assert.notEqual(moved.RevisionId, created.RevisionId);
    await assert.rejects(
      update('moved', { FunctionVersion: '1', RevisionId: created.RevisionId }),
      PreconditionFailedException,
    );
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: 'moved' }));
    assert.deepEqual([Configuration?.Version, Configuration?.FunctionArn], ['2', `${arn}:moved`]);
    await client.send(new DeleteAliasCommand({ FunctionName, Name: 'moved' }));
    await client.send(new DeleteAliasCommand({ FunctionName, Name: 'moved' }));
    await assert.rejects(
      get('moved'),
      refusal('ResourceNotFoundException', 404, `Cannot find alias arn: ${arn}:moved`),
    );
    await assert.rejects(
      update('moved', { Description: '' }),
      refusal('ResourceNotFoundException', 404, `Alias not found: ${arn}:moved`),
    );
    await assert.rejects(
      client.send(new GetFunctionCommand({ FunctionName: `${arn}:moved` })),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arn}:moved`),
    );
  });

  test('an alias’s routing is set, kept by an update that does not name it, and taken away', async () => {
    await create('routed', '1', routing({ 2: 0.25 }));
    assert.deepEqual((await update('routed', { Description: 'x' })).RoutingConfig, routing({ 2: 0.25 }).RoutingConfig);
    assert.equal((await update('routed', routing({}))).RoutingConfig, undefined);
    assert.equal((await get('routed')).RoutingConfig, undefined);
    await update('routed', routing({ 3: 1 }));
    await assert.rejects(
      update('routed', { FunctionVersion: '3' }),
      refusal(
        'InvalidParameterValueException',
        400,
        'Invalid function version 3. Function version 3 is already included in routing configuration.',
      ),
    );
    assert.equal((await update('routed', { FunctionVersion: '3', ...routing({}) })).FunctionVersion, '3');
  });

  test('what no alias may be is refused in AWS’s words', async () => {
    const map =
      'failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]';
    const at = "at 'routingConfig.additionalVersionWeights'";
    const one = '1 validation error detected: Value';
    const refused: readonly (readonly [string, string, object, string, number, string | RegExp])[] = [
      [
        'a',
        '1',
        routing({ 2: 0.1, 3: 0.1 }),
        'InvalidParameterValueException',
        400,
        'Number of items in AdditionalVersionWeights cannot be greater than 1',
      ],
      ['a', '1', routing({ 2: 2 }), 'ValidationException', 400, `${one} '{2=2.0}' ${at} ${map}`],
      ['a', '1', routing({ 2: -1 }), 'ValidationException', 400, `${one} '{2=-1.0}' ${at} ${map}`],
      ['a', '1', routing({ $LATEST: 0.5 }), 'ValidationException', 400, /\{\$LATEST=0\.5\}.*Map keys must satisfy/],
      ['a', '1', routing({ 1: 0.5 }), 'InvalidParameterValueException', 400, /Function version 1 is already included/],
      [
        'a',
        '$LATEST',
        routing({ 1: 0.5 }),
        'InvalidParameterValueException',
        400,
        '$LATEST is not supported for an alias pointing to more than 1 version',
      ],
      ['a', '10', {}, 'ResourceNotFoundException', 404, `Function not found: ${arn}:10`],
      ['a', '1', routing({ 10: 0.5 }), 'ResourceNotFoundException', 404, `Function not found: ${arn}:10`],
      [
        '2024',
        '1',
        {},
        'ValidationException',
        400,
        `${one} '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`,
      ],
      ['a', 'live', {}, 'ValidationException', 400, /'live' at 'functionVersion'/],
      ['a', '1', { Description: 'x'.repeat(257) }, 'ValidationException', 400, /at 'description'/],
      ['taken', '2', {}, 'ResourceConflictException', 409, `Alias already exists: ${arn}:taken`],
    ];
    await create('taken', '1');
    for (const [name, version, more, ...error] of refused)
      await assert.rejects(
        create(name, version, more),
        refusal(...error),
        `${name} ${version} ${JSON.stringify(more)}`,
      );
    await assert.rejects(get('a'), ResourceNotFoundException);
    await assert.rejects(
      client.send(new CreateAliasCommand({ FunctionName: 'none', Name: 'a', FunctionVersion: '1' })),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arn.replace(FunctionName, 'none')}:1`),
    );
  });

  test('aliases are listed by name, by version, in pages', async () => {
    await create('list-b', '3');
    await create('list-a', '1', routing({ 3: 0.5 }));
    await create('list-c', '$LATEST');
    const names = async (more: object): Promise<string[]> => {
      const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName, ...more }));
      return Aliases.flatMap(({ Name }) => (Name?.startsWith('list-') === true ? [Name] : []));
    };
    assert.deepEqual(await names({}), ['list-a', 'list-b', 'list-c']);
    assert.deepEqual(await names({ FunctionVersion: '3' }), ['list-a', 'list-b']);
    assert.deepEqual(await names({ FunctionVersion: '$LATEST' }), ['list-c']);
    const paged: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await client.send(new ListAliasesCommand({ FunctionName, MaxItems: 1, Marker }));
      assert.equal(page.Aliases?.length, 1);
      paged.push(page.Aliases[0]?.Name);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(paged, paged.toSorted());
    assert(paged.includes('list-a') && paged.includes('list-c'));
    await assert.rejects(client.send(new ListAliasesCommand({ FunctionName: 'none' })), ResourceNotFoundException);
  });

  test('an invocation of an alias runs its version, and says by what it was called', async () => {
    await create('live', '2');
    for (const named of [
      { FunctionName, Qualifier: 'live' },
      { FunctionName: `${FunctionName}:live` },
      { FunctionName: `${arn}:live` },
    ]) {
      const answer = await client.send(new InvokeCommand(named));
      assert.equal(answer.ExecutedVersion, '2');
      const invoked = service.workerManager.invocations.at(-1);
      assert.equal(invoked?.invokedArn, `${arn}:live`);
      assert.deepEqual([invoked?.function.version, invoked?.function.timeoutMs], ['2', 4_000]);
    }
    await client.send(new InvokeCommand({ FunctionName }));
    assert.equal(service.workerManager.invocations.at(-1)?.invokedArn, undefined);
    await assert.rejects(
      client.send(new InvokeCommand({ FunctionName, Qualifier: 'gone' })),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arn}:gone`),
    );
    await assert.rejects(
      client.send(new InvokeCommand({ FunctionName: `${FunctionName}:live`, Qualifier: '2' })),
      refusal(
        'InvalidParameterValueException',
        400,
        'The derived qualifier from the function name does not match the specified qualifier.',
      ),
    );
  });

  test('an alias that shifts 10 % of the traffic does so: of 1,000 invocations, what chance allows', async () => {
    await create('canary', '1', routing({ 2: 0.1 }));
    const executed = new Map<string, number>();
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => client.send(new InvokeCommand({ FunctionName, Qualifier: 'canary' }))),
      );
      for (const { ExecutedVersion = '' } of answers)
        executed.set(ExecutedVersion, (executed.get(ExecutedVersion) ?? 0) + 1);
    }
    assert.equal((executed.get('1') ?? 0) + (executed.get('2') ?? 0), 1_000);
    // Four standard deviations of 1,000 throws at 10 %; the seed makes it always the same.
    const shifted = executed.get('2') ?? 0;
    assert(Math.abs(shifted - 100) <= 4 * Math.sqrt(1_000 * 0.1 * 0.9), `${shifted} of 1,000`);
  });

  test('an alias goes with its function', async () => {
    await client.send(new DeleteFunctionCommand({ FunctionName }));
    await assert.rejects(
      client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' })),
      ResourceNotFoundException,
    );
  });
});

test('a version of what is not ready yet is Pending, too, and becomes Active; what changes is not published', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  await using service = await startTestFrontend({ prepare: () => ready });
  const client = service.client();
  const FunctionName = 'slow';
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
      Publish: true,
    }),
  );
  assert.deepEqual([created.Version, created.State], ['1', 'Pending']);
  await assert.rejects(
    client.send(new PublishVersionCommand({ FunctionName })),
    (error) => error instanceof LambdaServiceException && error.name === 'ResourceConflictException',
  );
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  await assert.rejects(client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' })), /state: Pending/);
  const pending = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  assert.deepEqual([pending.State, pending.LastUpdateStatus], ['Pending', undefined]);
  resolve();
  await ready;
  for (;;) {
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: '1' }));
    const { State, LastUpdateStatus } = Configuration ?? {};
    if (State === 'Active') break;
    // Clients that wait for an update of a version wait for its first one, too.
    assert.deepEqual([State, LastUpdateStatus], ['Pending', undefined]);
  }
  assert.equal((await client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }))).ExecutedVersion, '1');
});
