import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { executionArn, type Execution } from '../../model/executions/execution.ts';
import type { Operation } from '../../model/executions/operation.ts';
import { Draft, ExecutionState } from './rules/execution-state.ts';
import { newExecution } from './rules/new-execution.ts';
import { functionNamed, scriptedExecutions, type Script, type ScriptedExecutions } from './testing/scripted.ts';
import { sleeps } from './testing/scripts.ts';
import { timesAnew } from './rules/times-anew.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;
/** When the clock is right. */
const now = 1_767_225_600_000;

const { execution: running } = newExecution({
  ...{ function: functionNamed('f'), kind: 'function', name: 'one', uuid: 'u', input: '{}', now },
  ...{ durable: { timeoutSeconds: 7_200, retentionDays: 1 }, resultBytesMax: 1_000 },
});
const wait: Operation = {
  id: 'w',
  place: 1,
  type: 'WAIT',
  status: 'STARTED',
  startedAt: now,
  change: 1,
  dueAt: now + hour,
};

/** What becomes of an execution and its operations; undefined: nothing. */
function anew(
  execution: Partial<Execution>,
  ...operations: readonly Operation[]
): ReturnType<Draft['change']> | undefined {
  const draft = new Draft(new ExecutionState({ execution: { ...running, ...execution }, operations }), now, () => 'id');
  timesAnew(draft);
  return draft.changed ? draft.change() : undefined;
}

test('what is as late as it was asked to be stays as it is', () => {
  const callback: Operation = { ...wait, id: 'c', type: 'CALLBACK', heartbeatSeconds: 60, heartbeatAt: now + 60_000 };
  const step: Operation = { ...wait, id: 's', type: 'STEP', status: 'PENDING', waitsSince: now, dueAt: now + 9 * hour };
  assert.equal(anew({ phase: 'asleep' }, wait, callback, step), undefined);
  assert.equal(anew({ status: 'SUCCEEDED', endedAt: now }), undefined);
});

test('waits, attempts and callbacks that began by the wrong time are as long as they were asked to be', () => {
  const wrong = now + year;
  const callback: Operation = { ...wait, id: 'c', type: 'CALLBACK', heartbeatSeconds: 60, heartbeatAt: wrong + 60_000 };
  const step: Operation = {
    ...wait,
    id: 's',
    type: 'STEP',
    status: 'PENDING',
    waitsSince: wrong,
    dueAt: wrong + 5_000,
  };
  const change = anew({ phase: 'asleep' }, { ...wait, startedAt: wrong, dueAt: wrong + hour }, callback, step);
  assert.deepEqual(
    change?.operations.map(({ operation: { id, startedAt, dueAt, heartbeatAt } }) => [
      id,
      startedAt,
      dueAt,
      heartbeatAt,
    ]),
    [
      ['w', now, now + hour, undefined],
      ['c', now, now + hour, now + 60_000],
      ['s', now, now + 5_000, undefined],
    ],
  );
  assert.deepEqual(change?.wake, { at: now + 5_000, task: 'tend' });
});

test('an execution that began, failed or ended by the wrong time is over, tried again and forgotten when it should be', () => {
  const wrong = now + year;
  assert.deepEqual(anew({ phase: 'active', startedAt: wrong })?.wake, { at: now + 2 * hour, task: 'tend' });
  assert.deepEqual(anew({ phase: 'ready', failures: 3, readyAt: wrong })?.wake, { at: now + 4_000, task: 'invoke' });
  assert.deepEqual(anew({ status: 'SUCCEEDED', endedAt: wrong })?.wake, { at: now + 24 * hour, task: 'tend' });
});

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'heddle-executions-'))));
afterEach(() => rm(home, { recursive: true, force: true }));

async function quiet({ executions }: ScriptedExecutions): Promise<void> {
  while ((await executions.counts()).ready > 0 || executions.running > 0 || executions.loaded > 0)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

test('the clock put forward by a year and back: who sleeps for an hour sleeps for an hour; one that has ended is forgotten in time', async () => {
  const ends: Script = async () => ({ Status: 'SUCCEEDED', Result: '1' });
  await using service = await scriptedExecutions(home, { sleeps, ends });
  service.clock.setWall(year);
  const durable = { timeoutSeconds: 7_200, retentionDays: 1 };
  const sleeper = await service.start('sleeps', { durable });
  await service.ended(await service.start('ends', { durable }));
  await quiet(service);
  service.clock.setWall(-year);
  assert.equal(await service.executions.planAnew(), 2);
  assert.equal(await service.executions.planAnew(), 0);
  const { account } = sleeper.execution;
  const { status, startedAt } = await service.executions.find(account, executionArn(sleeper.execution));
  assert.deepEqual([status, startedAt <= service.clock.wall()], ['RUNNING', true]);
  service.clock.move(hour + 1);
  assert.equal((await service.ended(sleeper)).result, '"awake"');
  service.clock.move(24 * hour);
  const all = { account, kind: 'function', newestFirst: true, limit: 10 } as const;
  while ((await service.executions.list(all)).length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
});
