import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import type { ExecutionParts } from './parts.ts';
import { MovableClock } from './testing/movable-clock.ts';
import { scriptedExecutions, type Script } from './testing/scripted.ts';

test('what a function answered while the disk was full is kept when there is room, without another invocation', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'heddle-executions-'));
  let full = false;
  const refused = Promise.withResolvers<void>();
  const commit = async (): Promise<never> => {
    refused.resolve();
    throw new StoreFullError('There is no space.');
  };
  const through = (store: ExecutionParts['store']): ExecutionParts['store'] =>
    new Proxy(store, { get: (real, name) => (full && name === 'commit' ? commit : Reflect.get(real, name)) });
  const answers = async (): Promise<unknown> => {
    full = true;
    return { Status: 'SUCCEEDED', Result: '1' };
  };
  const clock = new MovableClock();
  await using service = await scriptedExecutions(home.path, { answers }, clock, through);
  const over = service.start('answers').then((started) => service.ended(started));
  await refused.promise;
  full = false;
  let isOver = false;
  void over.finally(() => (isOver = true)).catch(() => undefined);
  // Whoever was refused sets his timer when he is told of it.
  while (!isOver) {
    clock.move(5_000);
    await new Promise(setImmediate);
  }
  const { status, result } = await over;
  assert.deepEqual([status, result, service.invocations.all], ['SUCCEEDED', '1', 1]);
});

test('what cannot be kept for want of space is no failure of its function, which is not invoked before there is some', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'heddle-executions-'));
  let full = false;
  let refused = 0;
  const told = new Set<string>();
  const through = (store: ExecutionParts['store']): ExecutionParts['store'] =>
    new Proxy(store, {
      get: (real, name) => async (input: never) => {
        if (name !== 'extend' || !full) return await Reflect.get(real, name)(input);
        refused += 1;
        throw new StoreFullError('There is no space.');
      },
    });
  const step = (Id: string, Action: string): object => ({ Id, Type: 'STEP', Name: Id, Action });
  const steps: Script = async ({ event, checkpoint }) => {
    const [, first] = event.InitialExecutionState.Operations;
    if (first === undefined) {
      await checkpoint({ ...step('first', 'START') });
      full = true;
      // What was begun may end.
      await checkpoint({ ...step('first', 'SUCCEED'), Payload: 'x'.repeat(100_000) });
    }
    told.add(first?.Status ?? 'none');
    await checkpoint({ ...step('second', 'START') });
    await checkpoint({ ...step('second', 'SUCCEED'), Payload: '2' });
    return { Status: 'SUCCEEDED', Result: '2' };
  };
  const clock = new MovableClock();
  await using service = await scriptedExecutions(home.path, { steps }, clock, through);
  const started = await service.start('steps');
  // Far more often than an invocation may fail.
  for (let times = refused; refused < 30;) {
    if (refused > times) clock.move(300_000);
    times = refused;
    clock.move(5_000);
    await new Promise(setImmediate);
  }
  assert.equal(service.invocations.all, 1);
  full = false;
  const over = service.ended(started);
  let isOver = false;
  void over.finally(() => (isOver = true)).catch(() => undefined);
  while (!isOver) {
    clock.move(5_000);
    await new Promise(setImmediate);
  }
  assert.deepEqual([(await over).status, service.invocations.all], ['SUCCEEDED', 2]);
  assert.deepEqual([...told], ['none', 'SUCCEEDED']);
});
