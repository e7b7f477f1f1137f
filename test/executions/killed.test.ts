import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { GetDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { rm } from 'node:fs/promises';
import { newHome, startHeddle } from '../e2e/service.ts';
import { begin, deployDurable, endOf, eventIn, historyOf, told } from './durable-function.ts';

// What an hour's wait does when the clock is moved is src/events/executions/engine.test.ts; this is the whole service, with seconds.
const homes: string[] = [];
after(() => Promise.all(homes.map((home) => rm(home, { recursive: true, force: true }))));

test('a service that is killed with -9 in a wait goes on with its executions when it is there again', async () => {
  const home = await newHome();
  homes.push(home);
  const first = await startHeddle(home, '--driver', 'host', '--warm', 'none');
  await deployDurable(first, 'order');
  await deployDurable(first, 'approval');
  const asleep = await begin(first, 'order', { id: 1, seconds: 5 });
  const waiting = await begin(first, 'approval', { timeout: 4 });
  for (const arn of [asleep, waiting])
    await eventIn(first, arn, ({ EventType }) => EventType === 'InvocationCompleted');
  await first.kill('SIGKILL');

  await using second = await startHeddle(home, '--driver', 'host', '--warm', 'none');
  assert.deepEqual(await endOf(second, asleep), { charged: { id: 1, run: 1 }, sent: 'shipped 1' });
  const lines = told(await historyOf(second, asleep));
  assert.equal(
    lines.filter((line) => line === 'StepStarted charge').length,
    1,
    'A step that was done is not done again.',
  );
  let late = await second.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: waiting }));
  while (late.Status === 'RUNNING') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    late = await second.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: waiting }));
  }
  assert.match(late.Error?.ErrorMessage ?? '', /timed out/);
});
