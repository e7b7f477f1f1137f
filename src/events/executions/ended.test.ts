import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { executionsPart } from '../../store/durable/executions/part.ts';
import { openInProcessStore } from '../../store/durable/testing/in-process-store.ts';
import type { ExecutionCounts } from '../../store/durable/contracts/executions.ts';
import type { EndedLimits } from '../../store/durable/executions/ended.ts';
import { scriptedExecutions, type Script, type ScriptedExecutions } from './testing/scripted.ts';

const most: EndedLimits = { countMax: 3, bytesMax: 100_000 };

interface Few extends ScriptedExecutions {
  counts(account?: string): Promise<ExecutionCounts>;
}

/** Executions of which an account may keep few that have ended. */
async function few(home: string): Promise<Few> {
  const store = openInProcessStore(':memory:', { executions: executionsPart(most) });
  const done: Script = async () => ({ Status: 'SUCCEEDED', Result: '1' });
  const parent: Script = async ({ event, checkpoint }) => {
    const [, call] = event.InitialExecutionState.Operations;
    if (call?.Status === 'SUCCEEDED') return { Status: 'SUCCEEDED', Result: call.ChainedInvokeDetails?.Result };
    await checkpoint({
      ...{ Id: 'call', Type: 'CHAINED_INVOKE', Action: 'START', Payload: '{}' },
      ChainedInvokeOptions: { FunctionName: 'done' },
    });
    return { Status: 'PENDING' };
  };
  const service = await scriptedExecutions(home, { done, parent }, undefined, () => store.parts.executions);
  return { ...service, counts: (account) => store.parts.executions.counts(account) };
}

/** Names of those that there are, oldest first. */
async function there({ executions }: ScriptedExecutions): Promise<string[]> {
  const query = { account: '111111111111', kind: 'function', newestFirst: false, limit: 100 } as const;
  return (await executions.list(query)).map(({ name }) => name);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

test('of those that have ended the oldest go when there are too many, those that run stay, and it is counted', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'heddle-executions-'));
  await using service = await few(home.path);
  service.functions.set('waits', async () => new Promise(() => undefined));
  await service.start('waits', { name: 'runs' });
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await service.ended(await service.start('done', { name }));
    // They end in different milliseconds, as their order is by those.
    service.clock.move(10);
  }
  await until(async () => (await service.counts()).kept <= most.countMax);
  assert.deepEqual(await there(service), ['runs', 'c', 'd', 'e']);
  const { running, kept, dropped } = await service.counts('111111111111');
  assert.deepEqual({ running, kept, dropped }, { running: 1, kept: 3, dropped: 2 });
  assert.equal((await service.counts('222222222222')).dropped, 0);
});

test('so it is with bytes', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'heddle-executions-'));
  await using service = await few(home.path);
  const input = JSON.stringify('x'.repeat(40_000));
  for (const name of ['a', 'b', 'c']) {
    await service.ended(await service.start('done', { name, input }));
    service.clock.move(10);
  }
  await until(async () => (await service.counts()).keptBytes <= most.bytesMax);
  assert.deepEqual(await there(service), ['b', 'c']);
});

test('what ended for another one is not removed before that was told, and what it took is given back when its days are over', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'heddle-executions-'));
  await using service = await few(home.path);
  for (let n = 0; n < 8; n++) {
    const { status, result } = await service.ended(await service.start('parent', { name: `p${n}` }));
    assert.deepEqual([status, result], ['SUCCEEDED', '1']);
    service.clock.move(10);
  }
  await until(async () => (await service.counts()).kept <= most.countMax);
  service.clock.move(3 * 86_400_000);
  await until(async () => (await service.counts()).kept === 0);
  assert.equal((await service.counts()).keptBytes, 0);
});
