import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { limits } from '../../src/model/limits.ts';
import { RemoteError, type Thread } from '../../src/index.ts';
import type { RunningService } from '../e2e/service.ts';
import { noneRuns, runProgram, useService, work } from './harness.ts';

describe('threads in number and in size', () => {
  let service: RunningService;
  const module = work();
  before(async () => {
    service = await useService('host', '--queue-wait', '120s');
  });
  after(() => service[Symbol.asyncDispose]());

  test('half of a thousand threads are cancelled at random, and the other half gives its results', async () => {
    const ended = new Map<number, unknown>();
    const threads = Array.from({ length: 1_000 }, (_, n) => module.add.spawn(n, n));
    const victims = new Set<number>();
    while (victims.size < 500) victims.add(randomInt(1_000));
    const cancels = threads.filter((_, n) => victims.has(n)).map((thread) => thread.cancel());
    await Promise.all(
      threads.map((thread, n) =>
        thread.then(
          (value) => ended.set(n, value),
          (error: unknown) => ended.set(n, error),
        ),
      ),
    );
    const cancelled = await Promise.all(cancels);
    assert.ok(cancelled.filter(Boolean).length > 100, 'hardly any was cancelled');
    for (let n = 0; n < 1_000; n++) {
      const end = ended.get(n);
      if (!victims.has(n)) assert.equal(end, 2 * n);
      else if (end instanceof RemoteError) assert.equal(end.kind, 'cancelled', end.message);
      else assert.equal(end, 2 * n);
    }
  });

  test('running threads that are cancelled do not harm those beside them', async () => {
    const threads = Array.from({ length: 8 }, () => module.waitForPost.spawn());
    await Promise.all(threads.map(({ port }) => once(port, 'message')));
    const [victims, others] = [threads.filter((_, n) => n % 2 === 0), threads.filter((_, n) => n % 2 === 1)];
    assert.deepEqual(await Promise.all(victims.map((thread) => thread.cancel())), [true, true, true, true]);
    others.forEach(({ port }, n) => port.postMessage(n));
    assert.deepEqual(await Promise.all(others), [0, 1, 2, 3]);
  });

  test('a map over endlessly many items takes few ahead, and its end leaves nothing running', async () => {
    let taken = 0;
    let left = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield taken++;
      } finally {
        left = true;
      }
    }
    let given = 0;
    for await (const value of module.identity.map(endless(), { concurrency: 4 })) {
      assert.equal(value, given++);
      assert.ok(taken - given <= 4, `${taken} taken, ${given} given`);
      if (given === 200) break;
    }
    assert.equal(left, true);
    await noneRuns(service);
  });

  test('a stream is at most so many items ahead, and its finally runs when the loop is left', async () => {
    using program = runProgram(
      `let taken = 0;
      for await (const _ of work.counted.with({ name: 's', output: 'inherit' }).stream()) if (++taken === 40) break;
      console.log('left');`,
      { HEDDLE_HOME: service.home, HEDDLE_URL: service.url },
    );
    const lines: string[] = [];
    while (lines.at(-1) !== 'left') lines.push(await program.line());
    const made = lines.slice(0, -2);
    assert.deepEqual(lines.slice(-2), ['[s] finally', 'left']);
    assert.deepEqual(
      made,
      made.map((_, n) => `[s] ${n}`),
    );
    assert.ok(made.length >= 40 && made.length <= 40 + 17, `${made.length} were made`);
  });

  test('three hundred threads with large arguments are started in one turn', async () => {
    const values = new Uint8Array(200_000).fill(1);
    const sums = await Promise.all(Array.from({ length: 300 }, () => module.sum(values)));
    assert.ok(sums.every((sum) => sum === 200_000));
  });

  test('100 MB go both ways, and small threads beside them do not wait for that', async () => {
    const size = 100_000_000;
    const big = module.identity.with({ memoryMb: 1_024 })(new Uint8Array(size).fill(3));
    let done = false;
    const ended = big.finally(() => (done = true));
    let small = 0;
    do {
      assert.equal(await module.add(small, 1), small + 1);
      small += 1;
    } while (!done);
    const back = await ended;
    assert.ok(back instanceof Uint8Array && back.length === size && back[size - 1] === 3);
    assert.ok(small >= 10, `${small} small threads beside it`);
  });

  test('arguments over the limit are refused here, by their size', async () => {
    const { threadValueBytes: most } = limits;
    assert.throws(() => module.sum.spawn(new Uint8Array(most)), {
      name: 'RangeError',
      message: new RegExp(`at most ${most} are allowed`),
    });
  });

  test('output comes line by line, with the name of its thread, or not at all', async () => {
    using program = runProgram(
      `const named = work.print.with({ name: 'weaver', output: 'inherit' });
      await named('one', 'two');
      await work.print('silent');
      const half = work.printRaw.with({ name: 'half', output: 'inherit' });
      await half('no end');
      console.log('over');`,
      { HEDDLE_HOME: service.home, HEDDLE_URL: service.url },
    );
    const lines = [await program.line(), await program.line(), await program.line(), await program.line()];
    assert.deepEqual(lines, ['[weaver] one', '[weaver] two', '[half] no end', 'over']);
    assert.equal(await program.ended, 0);
  });

  test('retries happen as they are allowed, and no more', async () => {
    const seen: number[] = [];
    const on = ({ attempt }: RemoteError): boolean => seen.push(attempt) > 0;
    const thread: Thread<never> = module.fail.with({ retries: { max: 2, backoffMs: 1, on } }).spawn({ x: 1, y: 1 });
    await assert.rejects(Promise.resolve(thread), { kind: 'throw', attempt: 3 });
    assert.deepEqual(seen, [1, 2]);
  });
});
