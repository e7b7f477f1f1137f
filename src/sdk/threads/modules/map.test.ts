import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapThreads, type Mapped } from './map.ts';

/** Threads that end when the test says so. */
class Threads {
  readonly ends = new Map<number, PromiseWithResolvers<number>>();
  readonly cancelled: number[] = [];
  readonly start = (item: number): Mapped<number> => {
    const end = Promise.withResolvers<number>();
    this.ends.set(item, end);
    const cancel = async (): Promise<boolean> => {
      this.cancelled.push(item);
      end.reject(new Error('cancelled'));
      return true;
    };
    return Object.assign(end.promise, { cancel });
  };

  get running(): number[] {
    return [...this.ends.keys()];
  }

  end(item: number): void {
    this.ends.get(item)?.resolve(item * 10);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('map', () => {
  test('gives a result that is there without waiting for an item that is not', async () => {
    const threads = new Threads();
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      await new Promise(() => undefined);
    }
    const results = mapThreads(slow(), threads.start, { concurrency: 8 });
    const first = results.next();
    await turn();
    threads.end(1);
    assert.deepEqual(await first, { value: 10, done: false });
    assert.deepEqual(await results.return(), { value: undefined, done: true });
    assert.deepEqual(threads.cancelled, [2]);
  });

  test('ends with the reason of a signal that fires, whatever failures do otherwise', async () => {
    const threads = new Threads();
    let closed = false;
    function* endless(): Generator<number> {
      try {
        for (let n = 0; ; n += 1) yield n;
      } finally {
        closed = true;
      }
    }
    const abort = new AbortController();
    const options = { concurrency: 2, onError: 'skip', signal: abort.signal } as const;
    const results = mapThreads(endless(), threads.start, options);
    const first = results.next();
    await turn();
    abort.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    assert.deepEqual(threads.cancelled, [0, 1]);
    assert.ok(closed);
    await assert.rejects(mapThreads([1], threads.start, options).next(), { message: 'enough' });
  });

  test('takes what can be iterated over, texts too, and refuses the rest', async () => {
    const threads = new Threads();
    const start = (item: unknown): Mapped<number> => {
      const thread = threads.start(Number(item));
      threads.end(Number(item));
      return thread;
    };
    assert.deepEqual(await Array.fromAsync(mapThreads('12', start, {})), [10, 20]);
    const nothing: Iterable<number> = JSON.parse('7');
    await assert.rejects(mapThreads(nothing, start, {}).next(), TypeError);
    const wrong: 'skip' = JSON.parse('"none"');
    await assert.rejects(mapThreads([1], start, { onError: wrong }).next(), RangeError);
  });

  test('takes no more items than may run, however many there are and however long nobody looks', async () => {
    const threads = new Threads();
    let taken = 0;
    function* endless(): Generator<number> {
      for (;;) yield taken++;
    }
    const results = mapThreads(endless(), threads.start, { concurrency: 3 });
    const first = results.next();
    await turn();
    for (const item of [2, 1, 0]) threads.end(item);
    assert.deepEqual(await first, { value: 0, done: false });
    await turn();
    assert.ok(taken <= 4, `${taken} were taken`);
    await results.return();
  });

  test('gives results in order, or as they come', async () => {
    for (const [ordered, expected] of [
      [true, [0, 10, 20]],
      [false, [20, 10, 0]],
    ] as const) {
      const threads = new Threads();
      const results = mapThreads([0, 1, 2], threads.start, { ordered });
      const all = Array.fromAsync(results);
      await turn();
      for (const item of [2, 1, 0]) threads.end(item);
      assert.deepEqual(await all, expected);
    }
  });

  test('ends its items when the loop is left, and not when they ended by themselves', async () => {
    const told: string[] = [];
    function* items(): Generator<number> {
      try {
        yield 1;
        yield 2;
        told.push('all taken');
      } finally {
        told.push('finally');
      }
    }
    const threads = new Threads();
    const results = mapThreads(items(), threads.start, { concurrency: 1 });
    const first = results.next();
    await turn();
    threads.end(1);
    await first;
    await results.return();
    assert.deepEqual(told, ['finally']);
  });

  test('throws what its items throw, and cancels what runs', async () => {
    const threads = new Threads();
    function* items(): Generator<number> {
      yield 1;
      throw new RangeError('no more items');
    }
    await assert.rejects(mapThreads(items(), threads.start, {}).next(), /no more items/);
    assert.deepEqual(threads.cancelled, [1]);
  });

  test('takes an item that cannot be sent for one that failed', async () => {
    const threads = new Threads();
    const start = (item: number): Mapped<number> => {
      if (item === 1) throw new DOMException('cannot be cloned', 'DataCloneError');
      return threads.start(item);
    };
    const results = mapThreads([0, 1, 2], start, { onError: 'yield' });
    const all = Array.fromAsync(results, (result) => (result instanceof Error ? result.name : result));
    await turn();
    for (const item of threads.running) threads.end(item);
    assert.deepEqual(await all, [0, 'DataCloneError', 20]);
  });

  test('refuses a concurrency that is none', async () => {
    for (const concurrency of [0, -1, 1.5, NaN, 10_001])
      await assert.rejects(mapThreads([1], new Threads().start, { concurrency }).next(), RangeError);
  });
});
