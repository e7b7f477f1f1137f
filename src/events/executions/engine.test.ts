import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import { CapacityError } from '../../model/errors.ts';
import { executionArn } from '../../model/executions/execution.ts';
import { MovableClock } from './testing/movable-clock.ts';
import {
  functionNamed,
  scriptedExecutions,
  ServiceSays,
  type Script,
  type ScriptedExecutions,
} from './testing/scripted.ts';
import { sleeps } from './testing/scripts.ts';

const hourMs = 3_600_000;
let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'heddle-executions-'))));
afterEach(() => rm(home, { recursive: true, force: true }));

/** Resolves when nothing runs, is ready or is being looked at. */
async function quiet({ executions }: ScriptedExecutions): Promise<void> {
  while ((await executions.counts()).ready > 0 || executions.running > 0 || executions.loaded > 0)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

const done: Script = async () => ({ Status: 'SUCCEEDED', Result: '1' });
/** Never answers, until it is ended. */
const hangs: Script = ({ signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));

test('an execution that sleeps for an hour takes no container, no memory and one timer, and goes on then', async () => {
  await using service = await scriptedExecutions(home, { sleeps });
  const started = await service.start('sleeps');
  await quiet(service);
  while (service.clock.timers === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual([service.invocations.all, service.executions.loaded, service.clock.timers], [1, 0, 1]);
  service.clock.move(hourMs - 30_000);
  await quiet(service);
  assert.equal(service.invocations.all, 1);
  service.clock.move(30_001);
  const { status, result } = await service.ended(started);
  assert.deepEqual([status, result, service.invocations.all], ['SUCCEEDED', '"awake"', 2]);
});

/** The process of `testing/sleeper.ts`, once its executions sleep; gives what it says of them. */
async function sleeper(count: number, before: number, then: (pid: number) => void): Promise<Record<string, number>> {
  const script = join(import.meta.dirname, 'testing/sleeper.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, home, String(count), String(before)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  then(child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return JSON.parse(String(line));
}

test('1,000 that sleep cost less than 2 KiB of memory each; killed with -9, all go on when the hour is over', async (t) => {
  const { heap = 0, resident = 0, tookMs = 0 } = await sleeper(1_000, 200, () => undefined);
  t.diagnostic(
    `1,000 sleeping executions: ${heap} bytes of heap, ${resident} resident, asleep after ${Math.round(tookMs)} ms`,
  );
  assert.ok(heap < 2_048 * 1_000, `${heap} bytes`);
  await using service = await scriptedExecutions(home, { sleeps }, new MovableClock(hourMs));
  while ((await service.executions.counts()).running > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(service.invocations.all, 1_200);
  assert.ok(service.invocations.most <= 24, 'Of one account so many run at a time.');
});

test('what ran when the service ended runs again', async () => {
  const { promise: runs, resolve } = Promise.withResolvers<void>();
  const first = await scriptedExecutions(home, {
    one: async (invocation) => {
      resolve();
      return await hangs(invocation);
    },
  });
  const started = await first.start('one');
  await runs;
  await first[Symbol.asyncDispose]();
  await using second = await scriptedExecutions(home, { one: done });
  assert.equal((await second.ended(started)).result, '1');
});

test('a function that fails is invoked again, eight times, and then its execution fails; one that finds no room waits', async () => {
  await using service = await scriptedExecutions(home, {
    fails: async () => {
      throw new Error('again');
    },
  });
  const { clock, invocations } = service;
  const failing = await service.start('fails');
  for (let failures = 1; failures < 8; failures++) {
    await quietAfter(service, failures);
    clock.move(1_000 * 2 ** (failures - 1));
  }
  const { status, error } = await service.ended(failing);
  assert.deepEqual([status, error?.ErrorMessage, invocations.all], ['FAILED', 'again', 8]);

  let room = false;
  service.functions.set('crowded', async (invocation) => {
    if (!room) throw new ServiceSays(new CapacityError('no room', 1));
    return await done(invocation);
  });
  const crowded = await service.start('crowded');
  for (let tries = 1; tries <= 10; tries++) {
    await quietAfter(service, 8 + tries);
    if (tries === 10) room = true;
    clock.move(60_000);
  }
  assert.equal((await service.ended(crowded)).status, 'SUCCEEDED');
});

/** So many invocations were made, and none runs. */
async function quietAfter({ executions, invocations }: ScriptedExecutions, count: number): Promise<void> {
  while (invocations.all < count || executions.running > 0 || executions.loaded > 0)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

test('an execution is out of time while it sleeps, while it runs, and forgotten when its days are over', async () => {
  await using service = await scriptedExecutions(home, { sleeps, hangs });
  const { clock, executions } = service;
  const durable = { timeoutSeconds: 60, retentionDays: 1 };
  const asleep = await service.start('sleeps', { durable });
  const awake = await service.start('hangs', { durable });
  while (service.invocations.all < 2 || executions.running > 1) await new Promise((resolve) => setTimeout(resolve, 2));
  clock.move(60_001);
  assert.equal((await service.ended(asleep)).status, 'TIMED_OUT');
  assert.equal((await service.ended(awake)).status, 'TIMED_OUT');
  await quiet(service);
  const arn = executionArn(asleep.execution);
  assert.equal((await executions.find('111111111111', arn)).status, 'TIMED_OUT');
  clock.move(24 * hourMs);
  await quiet(service);
  clock.move(1);
  await assert.rejects(executions.find('111111111111', arn), { name: 'ResourceNotFoundException' });
});

test('what an invocation did not know of when it said that it waits has its function invoked at once', async () => {
  const calls: string[] = [];
  await using service = await scriptedExecutions(home, {
    asks: async ({ event, checkpoint }) => {
      const there = event.InitialExecutionState.Operations.find(({ Type }) => Type === 'CALLBACK');
      calls.push(there?.Status ?? 'none');
      if (there !== undefined) return { Status: 'SUCCEEDED', Result: there.CallbackDetails?.Result };
      const begun = await checkpoint({ Id: 'ask', Type: 'CALLBACK', Action: 'START' });
      const id = begun.get('ask')?.CallbackDetails?.CallbackId ?? '';
      await service.executions.callback('111111111111', id, { kind: 'succeed', result: '"early"' });
      return { Status: 'PENDING' };
    },
  });
  assert.equal((await service.ended(await service.start('asks'))).result, '"early"');
  assert.deepEqual(calls, ['none', 'SUCCEEDED']);
});

test('a token is good for one checkpoint of one invocation; what is asked again because its answer was lost is answered again', async () => {
  await using service = await scriptedExecutions(home, {
    tokens: async ({ event }) => {
      const { inside } = service.executions;
      const arn = event.DurableExecutionArn;
      const said = { token: event.CheckpointToken, clientToken: 'c1' };
      const wait = { id: 'w', type: 'WAIT', action: 'START', waitSeconds: 5 } as const;
      const first = await inside.checkpoint('111111111111', arn, said, [wait]);
      assert.deepEqual(await inside.checkpoint('111111111111', arn, said, [wait]), first);
      const stale = inside.checkpoint('111111111111', arn, { ...said, clientToken: 'c2' }, []);
      await assert.rejects(stale, { message: 'Invalid Checkpoint Token' });
      const token = first.token ?? '';
      const strange = inside.checkpoint('222222222222', arn, { token, clientToken: 'c3' }, []);
      await assert.rejects(strange, { message: 'Invalid Checkpoint Token' });
      await assert.rejects(inside.state('111111111111', arn, 'bm9uZQ==', { marker: '', limit: 10 }), {
        message: 'Invalid Checkpoint Token',
      });
      return { Status: 'SUCCEEDED', Result: '1' };
    },
  });
  const ended = await service.ended(await service.start('tokens'));
  assert.deepEqual([ended.status, ended.error], ['SUCCEEDED', undefined]);
});

test('who ran for another tells it of its end, also when the service ended in between', async () => {
  const parent: Script = async ({ event, checkpoint }) => {
    const call = event.InitialExecutionState.Operations.find(({ Type }) => Type === 'CHAINED_INVOKE');
    if (call?.Status === 'SUCCEEDED') return { Status: 'SUCCEEDED', Result: call.ChainedInvokeDetails?.Result };
    const options = { ChainedInvokeOptions: { FunctionName: 'plain' }, Payload: '{"n":1}' };
    if (call === undefined) await checkpoint({ Id: 'call', Type: 'CHAINED_INVOKE', Action: 'START', ...options });
    return { Status: 'PENDING' };
  };
  const first = await scriptedExecutions(home, { parent, plain: hangs });
  const started = await first.start('parent');
  while (first.invocations.all < 2 || first.executions.running > 1)
    await new Promise((resolve) => setTimeout(resolve, 2));
  await first[Symbol.asyncDispose]();
  await using second = await scriptedExecutions(home, { parent, plain: async () => ({ n: 2 }) });
  assert.equal((await second.ended(started)).result, '{"n":2}');
  await quiet(second);
  assert.equal((await second.executions.counts()).running, 0);
});

test('one account with much to do does not hold up another', async () => {
  await using service = await scriptedExecutions(home, { hangs, done });
  await Promise.all(Array.from({ length: 60 }, () => service.start('hangs')));
  const other = await service.start('done', { function: functionNamed('done', '222222222222') });
  assert.equal((await service.ended(other)).status, 'SUCCEEDED');
  assert.equal(service.executions.running, 24);
});

test('what a checkpoint may not say is refused in AWS’s words, and nothing of it is kept', async () => {
  const step = { Id: 's', Type: 'STEP' };
  const refused: readonly (readonly [RegExp, ...Readonly<Record<string, unknown>>[]])[] = [
    [/Invalid current STEP state to start/, { ...step, Action: 'START' }],
    [/Cannot provide a Payload for FAIL/, { ...step, Action: 'FAIL', Payload: '1' }],
    [/Invalid StepOptions/, { ...step, Action: 'RETRY' }],
    [/Inconsistent operation type/, { ...step, Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 1 } }],
    [/Invalid parent operation id/, { Id: 'c', Type: 'STEP', Action: 'START', ParentId: 's' }],
    [/same operation twice/, { Id: 'w', Type: 'WAIT', Action: 'START' }, { Id: 'w', Type: 'WAIT', Action: 'CANCEL' }],
    [/must be the last/, { Id: 'e', Type: 'EXECUTION', Action: 'SUCCEED' }, { Id: 'x', Type: 'STEP', Action: 'START' }],
    [
      /STEP payload size/,
      { Id: 'kept', Type: 'CONTEXT', Action: 'START' },
      { ...step, Action: 'SUCCEED', Payload: 'x'.repeat(262_145) },
    ],
    [/Error object size/, { ...step, Action: 'FAIL', Error: { ErrorMessage: 'x'.repeat(32_768) } }],
  ];
  await using service = await scriptedExecutions(home, {
    one: async ({ checkpoint }) => {
      await checkpoint({ ...step, Action: 'START' });
      for (const [message, ...updates] of refused)
        await assert.rejects(checkpoint(...updates), { name: 'InvalidParameterValueException', message });
      const { size } = await checkpoint({ Id: 'kept', Type: 'CONTEXT', Action: 'START' });
      return { Status: 'SUCCEEDED', Result: String(size) };
    },
    lost: async () => ({ Status: 'PENDING' }),
  });
  const { status, result, error } = await service.ended(await service.start('one'));
  assert.deepEqual([status, result, error], ['SUCCEEDED', '1', undefined]);
  const lost = await service.ended(await service.start('lost'));
  assert.equal(lost.error?.ErrorMessage, 'Cannot return PENDING status with no pending operations.');
});
