import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newExecution } from '../../../events/executions/rules/new-execution.ts';
import { openInProcessStore } from '../testing/in-process-store.ts';

test('each place that comes free goes to the next account, whoever has most to do', async () => {
  await using store = openInProcessStore(':memory:');
  const { executions } = store.parts;
  for (const account of ['a', 'b', 'c'])
    for (let n = 0; n < 4; n++) {
      const name = `${account}${n}`;
      const fn = { account, name: 'f', version: '1', arn: 'arn:f' };
      const durable = { timeoutSeconds: 60, retentionDays: 1 };
      await executions.start(
        newExecution({
          ...{ function: fn, kind: 'function', durable, name, uuid: name, input: undefined, resultBytesMax: 1, now: 1 },
        }),
      );
    }
  const one = { now: 2, tends: 0, invokes: 1, invokesPerAccount: {}, invokesOfOthers: 24 };
  const given: string[] = [];
  for (let n = 0; n < 6; n++) given.push((await executions.due(one))[0]?.account ?? '');
  assert.deepEqual(given, ['a', 'b', 'c', 'a', 'b', 'c']);
  const most = await executions.due({ ...one, invokes: 5, invokesPerAccount: { b: 0 } });
  assert.deepEqual(
    most.map(({ account }) => account),
    ['a', 'c', 'a', 'c', 'a'],
  );
});
