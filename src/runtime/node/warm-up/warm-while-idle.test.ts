import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { warmWhileIdle } from './warm-while-idle.ts';

test('what comes during a step is read after it, and no further step is taken', async () => {
  const [channel, host] = duplexPair();
  let read = 0;
  channel.on('data', () => read++);
  const steps: string[] = [];
  await warmWhileIdle(
    channel,
    [
      async () => {
        host.write('code');
        // Time enough for it to be read, if the channel were.
        await new Promise((resolve) => setTimeout(resolve, 20));
        steps.push(`first, ${read} read`);
      },
      async () => void steps.push('second'),
    ],
    () => read > 0,
  );
  assert.deepEqual(steps, ['first, 0 read']);
  assert.equal(read, 1);
});

test('every step is taken while nothing comes', async () => {
  const [channel] = duplexPair();
  channel.on('data', () => undefined);
  const steps: number[] = [];
  const step = (number: number) => async (): Promise<void> => void steps.push(number);
  await warmWhileIdle(channel, [step(1), step(2)], () => false);
  assert.deepEqual(steps, [1, 2]);
  assert.equal(channel.isPaused(), false);
});
