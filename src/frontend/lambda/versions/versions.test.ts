import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvalidParameterValueException,
  InvokeCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PreconditionFailedException,
  PublishVersionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandInput, FunctionConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { codeInUse } from '../../housekeeping.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('published versions, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  let zip: Buffer;
  let otherZip: Buffer;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    zip = await zipOf({ 'index.mjs': 'export const handler = async () => 1;' });
    otherZip = await zipOf({ 'index.mjs': 'export const handler = async () => 2;' });
  });
  after(() => service[Symbol.asyncDispose]());

  const create = (
    FunctionName: string,
    more: Partial<CreateFunctionCommandInput> = {},
  ): Promise<FunctionConfiguration> =>
    client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Code: { ZipFile: zip },
        ...more,
      }),
    );
  const publish = (FunctionName: string, more: object = {}): Promise<FunctionConfiguration> =>
    client.send(new PublishVersionCommand({ FunctionName, ...more }));
  const configure = (FunctionName: string, more: object): Promise<unknown> =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));
  const arnOf = (name: string): string => `arn:aws:lambda:${service.region}:${service.key.account}:function:${name}`;
  const versionsOf = async (FunctionName: string): Promise<(string | undefined)[]> => {
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    return Versions.map(({ Version }) => Version);
  };

  test('a version is the function as it was, by all three forms of its name, whatever comes after', async () => {
    await create('kept', { Environment: { Variables: { SAID: '1' } }, Description: 'the function' });
    const first = await publish('kept', { Description: 'the first' });
    assert.equal(first.Version, '1');
    assert.equal(first.FunctionArn, `${arnOf('kept')}:1`);
    assert.equal(first.Description, 'the first');
    assert.equal(first.State, 'Active');
    await configure('kept', { Environment: { Variables: { SAID: '2' } }, MemorySize: 512 });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'kept', ZipFile: otherZip }));
    for (const [FunctionName, Qualifier] of [
      ['kept', '1'],
      ['kept:1', undefined],
      ['kept:1', '1'],
      [`${service.key.account}:function:kept:1`, undefined],
      [`${arnOf('kept')}:1`, undefined],
    ] as const) {
      const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
      assert.equal(found.RevisionId, first.RevisionId);
      assert.equal(found.FunctionArn, `${arnOf('kept')}:1`);
      assert.equal(found.MemorySize, 128);
      assert.equal(found.CodeSha256, first.CodeSha256);
      assert.deepEqual(found.Environment, { Variables: { SAID: '1' } });
    }
    const { Code, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'kept', Qualifier: '1' }));
    assert.deepEqual(Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer()), zip);
    assert.equal(Configuration?.Version, '1');
    const latest = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'kept', Qualifier: '$LATEST' }),
    );
    assert.deepEqual([latest.Version, latest.MemorySize], ['$LATEST', 512]);
    await waitUntilPublishedVersionActive(
      { client, maxWaitTime: 10, minDelay: 1 },
      { FunctionName: 'kept', Qualifier: '1' },
    );
  });

  test('what has not changed since the last version is that version, under its own description', async () => {
    await create('same');
    const first = await publish('same', { Description: 'said' });
    assert.equal((await publish('same', { Description: 'said otherwise' })).RevisionId, first.RevisionId);
    // The same code and configuration again are a new revision of the function, and nothing new to publish.
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'same', ZipFile: zip }));
    await configure('same', { Timeout: 3 });
    assert.equal((await publish('same')).Version, '1');
    await configure('same', { Description: 'new' });
    assert.equal((await publish('same')).Version, '2');
    await configure('same', { Description: '' });
    assert.equal((await publish('same')).Version, '3', 'compared with the newest only');
  });

  test('a version is published on conditions', async () => {
    const { CodeSha256 = '', RevisionId: answered } = await create('conditions');
    const active = new GetFunctionConfigurationCommand({ FunctionName: 'conditions' });
    const { RevisionId } = await client.send(active);
    await assert.rejects(publish('conditions', { CodeSha256: 'other' }), (error) => {
      assert(error instanceof InvalidParameterValueException);
      assert.equal(
        error.message,
        `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
      return true;
    });
    for (const stale of ['other', answered])
      await assert.rejects(publish('conditions', { RevisionId: stale }), PreconditionFailedException);
    assert.deepEqual(await versionsOf('conditions'), ['$LATEST']);
    const published = await publish('conditions', { CodeSha256, RevisionId });
    assert.equal(published.Version, '1');
    const revised = await client.send(active);
    assert.notEqual(revised.RevisionId, RevisionId, 'the function has another revision then');
    assert.equal(revised.Version, '$LATEST');
    assert.equal((await publish('conditions', { RevisionId: revised.RevisionId })).RevisionId, published.RevisionId);
    assert.equal((await client.send(active)).RevisionId, revised.RevisionId, 'nothing was published');
    await assert.rejects(publish('nobody'), ResourceNotFoundException);
    await assert.rejects(publish('conditions', { Description: 'x'.repeat(257) }), /at 'description'/);
  });

  test('Publish of a creation and of an update publishes what they made', async () => {
    const created = await create('born', { Publish: true });
    assert.deepEqual([created.Version, created.FunctionArn], ['1', arnOf('born')]);
    const updated = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'born', ZipFile: otherZip, Publish: true }),
    );
    assert.deepEqual([updated.Version, updated.FunctionArn], ['2', `${arnOf('born')}:2`]);
    assert.deepEqual(
      [updated.State, updated.StateReasonCode, updated.LastUpdateStatus],
      ['Pending', 'Creating', undefined],
    );
    assert.notEqual(updated.CodeSha256, created.CodeSha256);
    const first = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'born', Qualifier: '1' }));
    assert.equal(first.CodeSha256, created.CodeSha256);
    assert.deepEqual(await versionsOf('born'), ['$LATEST', '1', '2']);
  });

  test('versions are listed $LATEST first, then the oldest, in pages, without their states', async () => {
    await create('listed');
    for (const Timeout of [4, 5, 6]) {
      await configure('listed', { Timeout });
      await publish('listed');
    }
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'listed' }));
    assert.deepEqual(
      Versions.map(({ FunctionArn }) => FunctionArn),
      ['$LATEST', '1', '2', '3'].map((version) => `${arnOf('listed')}:${version}`),
    );
    assert.deepEqual([Versions[0]?.State, Versions[1]?.LastUpdateStatus], [undefined, undefined]);
    const pages: (string | undefined)[][] = [];
    let Marker: string | undefined;
    do {
      const page = await client.send(
        new ListVersionsByFunctionCommand({ FunctionName: 'listed', MaxItems: 1, Marker }),
      );
      pages.push((page.Versions ?? []).map(({ Version }) => Version));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(pages, [['$LATEST'], ['1'], ['2'], ['3']]);
    const { Functions = [] } = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));
    assert.deepEqual(
      Functions.filter(({ FunctionName }) => FunctionName === 'listed').map(({ Version }) => Version),
      ['$LATEST', '1', '2', '3'],
    );
  });

  test('all versions of all functions are listed in pages', async () => {
    const whole: (string | undefined)[] = [];
    const { Functions = [] } = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));
    let Marker: string | undefined;
    do {
      const page = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', MaxItems: 2, Marker }));
      assert((page.Functions ?? []).length <= 2);
      whole.push(...(page.Functions ?? []).map(({ FunctionArn }) => FunctionArn));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(
      whole,
      Functions.map(({ FunctionArn }) => FunctionArn),
    );
  });

  test('a version is deleted, and its containers with it, unless an alias leads there', async () => {
    await create('shrinks', { Publish: true });
    await configure('shrinks', { Timeout: 9 });
    await publish('shrinks');
    await client.send(new CreateAliasCommand({ FunctionName: 'shrinks', Name: 'live', FunctionVersion: '2' }));
    const remove = (Qualifier: string): Promise<unknown> =>
      client.send(new DeleteFunctionCommand({ FunctionName: 'shrinks', Qualifier }));
    await assert.rejects(remove('2'), (error) => {
      assert(error instanceof ResourceConflictException);
      assert.equal(error.message, 'Unable to delete version because the following aliases reference it: [live]');
      return true;
    });
    await assert.rejects(remove('$LATEST'), /\$LATEST version cannot be deleted without deleting the function/);
    await assert.rejects(remove('live'), /Deletion of aliases is not currently supported/);
    await remove('1');
    await remove('1');
    const { account } = service.key;
    assert.deepEqual(service.workerManager.removals.at(-1), { account, functionName: 'shrinks', version: '1' });
    assert.deepEqual(await versionsOf('shrinks'), ['$LATEST', '2']);
    await assert.rejects(
      client.send(new GetFunctionCommand({ FunctionName: 'shrinks', Qualifier: '1' })),
      (error) =>
        error instanceof ResourceNotFoundException && error.message === `Function not found: ${arnOf('shrinks')}:1`,
    );
    await assert.rejects(
      client.send(new DeleteFunctionCommand({ FunctionName: 'none', Qualifier: '1' })),
      (error) => error instanceof ResourceNotFoundException && error.message === `Function not found: ${arnOf('none')}`,
    );
  });

  test('the code of a version is kept for as long as the version', async () => {
    const { CodeSha256: old = '' } = await create('keeps', {
      Code: { ZipFile: await zipOf({ 'index.mjs': '// Only here.' }) },
      Publish: true,
    });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'keeps', ZipFile: zip }));
    assert((await codeInUse(service.store)).has(old));
    await client.send(new DeleteFunctionCommand({ FunctionName: 'keeps', Qualifier: '1' }));
    assert(!(await codeInUse(service.store)).has(old));
  });

  test('an update of $LATEST leaves the containers of versions alone', async () => {
    await create('steady', { Publish: true });
    const { RevisionId } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'steady:1' }));
    const answer = await client.send(new InvokeCommand({ FunctionName: 'steady', Qualifier: '1' }));
    assert.equal(answer.ExecutedVersion, '1');
    const invoked = service.workerManager.invocations.at(-1);
    assert.equal(invoked?.function.revisionId, RevisionId);
    assert.equal(invoked?.function.arn, `${arnOf('steady')}:1`);
    const removals = service.workerManager.removals.length;
    await configure('steady', { Timeout: 9 });
    // The contract of `retire`: of `$LATEST` alone.
    assert.equal(service.workerManager.removals.length, removals);
    await client.send(new InvokeCommand({ FunctionName: 'steady:1' }));
    assert.equal(service.workerManager.invocations.at(-1)?.function.timeoutMs, 3_000);
  });
});
