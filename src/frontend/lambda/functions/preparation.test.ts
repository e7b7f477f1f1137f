import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PreconditionFailedException,
  PublishVersionCommand,
  ResourceConflictException,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { createLogger } from '../../observing/logger.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

const FunctionName = 'f';
const quick = { maxWaitTime: 10, minDelay: 1, maxDelay: 1 };

async function create(client: LambdaClient, name?: string): Promise<string | undefined> {
  return (await created(client, name)).State;
}

async function created(client: LambdaClient, name: string = FunctionName): Promise<CreateFunctionCommandOutput> {
  const ZipFile = await zipOf({ 'index.mjs': '' });
  const input = {
    FunctionName: name,
    Runtime: 'nodejs22.x' as const,
    Handler: 'index.handler',
    Role: undefined,
    Code: { ZipFile },
  };
  return await client.send(new CreateFunctionCommand(input));
}

test('while an update needs what is not there yet the old version serves, and no other update is taken', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const prepare = async ({ memoryMb }: FunctionVersion): Promise<void> => {
    if (memoryMb > 256) await ready;
  };
  await using service = await startTestFrontend({ prepare });
  const client = service.client();
  await create(client);
  await waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName });
  const larger = new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 2_048 });
  assert.equal((await client.send(larger)).LastUpdateStatus, 'InProgress');
  await assert.rejects(
    client.send(larger),
    (error) =>
      error instanceof ResourceConflictException && /update is in progress for resource: arn:/.test(error.message),
  );
  const retired = service.workerManager.retired.length;
  await client.send(new InvokeCommand({ FunctionName }));
  assert.equal(service.workerManager.invocations.at(-1)?.function.memoryMb, 128);
  resolve();
  await waitUntilFunctionUpdatedV2({ client, ...quick }, { FunctionName });
  await client.send(new InvokeCommand({ FunctionName }));
  assert.equal(service.workerManager.invocations.at(-1)?.function.memoryMb, 2_048);
  assert.equal(service.workerManager.retired.length, retired + 1);
});

for (const [when, options] of [
  ['in its time', {}],
  ['at once', { isReady: () => true }],
] as const)
  test(`a revision changes when what was changed is ready, ${when}: whoever saw it before is told so`, async () => {
    await using service = await startTestFrontend({ prepare: async () => undefined, ...options });
    const client = service.client();
    const settled = async (): Promise<string | undefined> => {
      await waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName });
      await waitUntilFunctionUpdatedV2({ client, ...quick }, { FunctionName });
      return (await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).RevisionId;
    };
    const seen: (string | undefined)[] = [];
    const changes = {
      code: async (RevisionId?: string) =>
        client.send(
          new UpdateFunctionCodeCommand({ FunctionName, RevisionId, ZipFile: await zipOf({ 'index.mjs': '// 2' }) }),
        ),
      configuration: (RevisionId?: string) =>
        client.send(new UpdateFunctionConfigurationCommand({ FunctionName, RevisionId, Timeout: 9 })),
    };
    seen.push((await created(client)).RevisionId, await settled());
    for (const change of Object.values(changes)) {
      await assert.rejects(change(seen.at(-2)), PreconditionFailedException);
      const { RevisionId, LastUpdateStatus } = await change(seen.at(-1));
      assert.equal(LastUpdateStatus, 'InProgress');
      seen.push(RevisionId, await settled());
    }
    assert.equal(new Set(seen).size, 6, 'each is another');
    assert.equal(await settled(), seen.at(-1), 'and stays');
    const { RevisionId } = await client.send(new PublishVersionCommand({ FunctionName, RevisionId: seen.at(-1) }));
    assert.notEqual(await settled(), seen.at(-1), 'what was published is another revision then');
    const input = { FunctionName, Qualifier: '1' };
    await waitUntilPublishedVersionActive({ client, ...quick }, input);
    const version = await client.send(new GetFunctionConfigurationCommand(input));
    assert.equal(version.RevisionId, RevisionId, 'a version keeps its own');
  });

test('a function whose needs cannot be met is Failed with the reason, and an update that can be met mends it', async () => {
  const prepare = ({ memoryMb }: FunctionVersion): Promise<void> =>
    memoryMb === 128 ? Promise.reject(new Error('no room for a template')) : Promise.resolve();
  await using service = await startTestFrontend({ prepare });
  const client = service.client();
  assert.equal(await create(client), 'Pending');
  await assert.rejects(waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName }));
  const failed = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  assert.equal(failed.State, 'Failed');
  assert.match(failed.StateReason ?? '', /no room for a template/);
  await assert.rejects(client.send(new InvokeCommand({ FunctionName })), /state: Failed\. .*no room for a template/);
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));
  await waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName });
});

test('a function whose first call would start at once is Active at once, and known of all the same', async () => {
  const deployed: string[] = [];
  const waited: string[] = [];
  await using service = await startTestFrontend({
    isReady: ({ name }) => name === FunctionName,
    deployed: ({ name, memoryMb }) => void deployed.push(`${name} ${memoryMb}`),
    prepare: async ({ name }) => void waited.push(name),
  });
  const client = service.client();
  // As AWS answers, whatever the function is when it is asked for next.
  assert.equal(await create(client), 'Pending');
  const state = async (name: string): Promise<string | undefined> =>
    (await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).State;
  assert.equal(await state(FunctionName), 'Active');
  assert.equal(await create(client, 'g'), 'Pending');
  await waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName: 'g' });
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));
  assert.deepEqual(deployed, ['f 128', 'g 128', 'f 512']);
  assert.deepEqual(waited, ['g']);
});

test('after a start the service is told of every function, and none waits that did not wait before', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-known-'));
  try {
    const first = await startTestFrontend({ home });
    await create(first.client());
    await first[Symbol.asyncDispose]();
    const deployed: string[] = [];
    const prepare = (): Promise<void> => assert.fail('It is Active and need not be prepared.');
    await using _second = await startTestFrontend({ home, prepare, deployed: ({ name }) => void deployed.push(name) });
    assert.deepEqual(deployed, [FunctionName]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test('a function whose preparation was given up, or failed, is Active after the next start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-retry-'));
  try {
    const stop = new AbortController();
    const lines: string[] = [];
    const logger = createLogger('warn', { write: (line) => void lines.push(line) });
    const prepare = (): Promise<void> =>
      new Promise((_resolve, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason)));
    const first = await startTestFrontend({ home, prepare, stopping: stop.signal, logger });
    assert.equal(await create(first.client()), 'Pending');
    stop.abort();
    await new Promise(setImmediate);
    const record = await first.store.functions.get(first.key.account, FunctionName);
    assert.equal(record?.state.status, 'Pending');
    assert.deepEqual(lines, []);
    await first[Symbol.asyncDispose]();

    const second = await startTestFrontend({ home, prepare: () => Promise.reject(new Error('no room')) });
    await assert.rejects(waitUntilFunctionActiveV2({ client: second.client(), ...quick }, { FunctionName }));
    await second[Symbol.asyncDispose]();

    await using third = await startTestFrontend({ home });
    await waitUntilFunctionActiveV2({ client: third.client(), ...quick }, { FunctionName });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test('functions survive a restart, and one that was Pending when the service died becomes Active after it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-restart-'));
  try {
    const never = new Promise<void>(() => undefined);
    const first = await startTestFrontend({ home, prepare: () => never });
    assert.equal(await create(first.client()), 'Pending');
    await first[Symbol.asyncDispose]();
    await using second = await startTestFrontend({ home });
    assert.equal(second.key.accessKeyId, first.key.accessKeyId);
    const client = second.client();
    await waitUntilFunctionActiveV2({ client, ...quick }, { FunctionName });
    assert.equal((await client.send(new InvokeCommand({ FunctionName }))).StatusCode, 200);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
