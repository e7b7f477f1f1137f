import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RemoteError } from '../../src/index.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import type { RunningService } from '../e2e/service.ts';
import type { Tiny } from './fixtures/work.ts';
import { runProgram, useService, work } from './harness.ts';

const count = 2_000;
/** Late enough that short ones come several at a time by then. */
const odd = 1_111;
const drivers = (await driversUnderTest({ usual: 'host' })).filter(({ name }) => name !== 'microvm');

/** So many, of which one does something else. */
const withOne = (how: NonNullable<Tiny['how']>): Tiny[] =>
  Array.from({ length: count }, (_, n) => (n === odd ? { n, how } : { n }));

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const result of results) got.push(result);
  return got;
}

for (const { name, skip } of drivers)
  describe(`threads of a map that come several at a time, driver ${name}`, { skip }, () => {
    const { tiny } = work();
    let service: RunningService;
    before(async () => {
      service = await useService(name, '--queue-wait', '120s');
    });
    after(() => service[Symbol.asyncDispose]());

    test('give their results in the order of the items', async () => {
      const got = await all(tiny.map(withOne('wait')));
      assert.deepEqual(
        got,
        Array.from({ length: count }, (_, n) => n),
      );
    });

    test('are held up by no endless loop among them', async () => {
      const abort = new AbortController();
      const got = new Set<number>();
      await assert.rejects(async () => {
        for await (const n of tiny.map(withOne('spin'), { ordered: false, signal: abort.signal })) {
          got.add(n);
          if (got.size === count - 1) abort.abort(new Error('all but one'));
        }
      }, /all but one/);
      assert.ok(!got.has(odd));
      assert.equal(await tiny({ n: 7 }), 7);
    });

    for (const [how, message] of [
      ['exit', /exit/i],
      ['throw', /number 1111/],
    ] as const)
      test(`fail alone: ${how}`, async () => {
        const got = await all(tiny.map(withOne(how), { onError: 'yield' }));
        assert.equal(got.length, count);
        got.forEach((one, n) => {
          if (n !== odd) return assert.equal(one, n);
          assert.ok(one instanceof RemoteError, String(one));
          assert.equal(one.kind, 'throw');
          assert.match(one.message, message);
        });
      });

    test('run out of time alone, counted from where they begin', async () => {
      // Long enough that those behind it are taken back before, on a busy machine too: what was not is lost with it.
      const got = await all(tiny.map(withOne('spin'), { onError: 'yield', timeoutMs: 5_000 }));
      got.forEach((one, n) => {
        if (n !== odd) return assert.equal(one, n);
        assert.ok(one instanceof RemoteError && one.kind === 'timeout', String(one));
      });
    });

    test('run once each, whether they are taken back or not', async () => {
      using program = runProgram(
        `const items = Array.from({ length: 600 }, (_, n) => ({ n, how: n % 97 === 50 ? 'burn' : 'print' }));
        const loud = heddle.remote(${JSON.stringify(new URL('./fixtures/work.ts', import.meta.url).pathname)});
        let sum = 0;
        for await (const n of loud.tiny.map(items, { ordered: false })) sum += n;
        console.log('sum ' + sum);
        await heddle.shutdown();`,
        {},
      );
      const printed = new Map<string, number>();
      for (let line = await program.line(); ; line = await program.line()) {
        if (line.startsWith('sum ')) {
          assert.equal(line, `sum ${(599 * 600) / 2}`);
          break;
        }
        const number = /number \d+$/.exec(line)?.[0] ?? line;
        printed.set(number, (printed.get(number) ?? 0) + 1);
      }
      assert.equal(await program.ended, 0);
      assert.deepEqual(
        [...printed.values()].filter((times) => times !== 1),
        [],
      );
      assert.equal(printed.size, 600 - 6);
    });

    test('a thousand at a time', async () => {
      const items = Array.from({ length: 5_000 }, (_, n) => ({ n }));
      assert.equal((await all(tiny.map(items, { concurrency: 1_000, ordered: false }))).length, 5_000);
    });

    test('that are cancelled leave those beside them alone', async () => {
      const abort = new AbortController();
      const doomed = all(tiny.map(withOne('spin'), { signal: abort.signal }));
      const spared = all(tiny.map(withOne('throw'), { onError: 'skip' }));
      setImmediate(() => abort.abort(new Error('enough')));
      await assert.rejects(doomed, /enough/);
      assert.equal((await spared).length, count - 1);
    });
  });
