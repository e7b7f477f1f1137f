import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AsyncQueue } from './queue.ts';

async function all<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

describe('A queue', () => {
  test('gives what came, undefined too, and ends', async () => {
    const queue = new AsyncQueue<number | undefined>();
    const reading = all(queue);
    for (const item of [1, undefined, 2]) queue.push(item);
    queue.end();
    queue.push(3);
    assert.deepEqual(await reading, [1, undefined, 2]);
  });

  test('shares its items among its readers, and ends for all of them', async () => {
    const queue = new AsyncQueue<number>();
    const readings = [all(queue), all(queue), all(queue)];
    await Promise.resolve();
    for (let n = 0; n < 10; n++) queue.push(n);
    queue.end();
    const read = await Promise.all(readings);
    assert.deepEqual(
      read.flat().toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  test('fails, after what came before, for all of its readers', async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    const iterator = queue[Symbol.asyncIterator]();
    assert.deepEqual(await iterator.next(), { value: 1, done: false });
    const other = queue[Symbol.asyncIterator]().next();
    queue.fail(new Error('over'));
    await assert.rejects(iterator.next(), /over/);
    await assert.rejects(other, /over/);
  });
});
