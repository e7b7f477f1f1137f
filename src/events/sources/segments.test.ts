import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrderRules } from '../../store/durable/contracts/sources.ts';
import { record } from '../testing/memory-sources.ts';
import { afterTry, type Segment } from './segments.ts';
import type { BatchOutcome, SourceRecord } from './source.ts';

const rules = (changes: Partial<OrderRules> = {}): OrderRules => ({
  startAt: 'TRIM_HORIZON',
  retriesMax: -1,
  ageSecondsMax: -1,
  bisects: false,
  ...changes,
});
const failed: BatchOutcome = { kind: 'failed', error: 'as asked' };

/** Carries a batch through to its end, with a function that fails where these are in it; gives what became of each, in order. */
function carried(
  items: readonly SourceRecord[],
  poison: readonly string[],
  with_: OrderRules,
  partial = false,
): { readonly over: string[]; readonly tries: number } {
  let segments: readonly Segment<SourceRecord>[] = [{ items, failures: 0 }];
  const over: string[] = [];
  for (let tries = 0; ; tries++) {
    const [segment, ...left] = segments;
    if (segment === undefined) return { over, tries };
    assert.ok(tries < 1_000, 'It never ends.');
    const bad = segment.items.filter(({ id }) => poison.includes(id)).map(({ id }) => id);
    const outcome: BatchOutcome =
      bad.length === 0 ? { kind: 'ok' } : partial ? { kind: 'some', failed: new Set(bad) } : failed;
    const after = afterTry(segment, left, outcome, with_, 0, 0);
    over.push(...after.done.map(({ id }) => id), ...(after.givenUp?.items.map(({ id }) => `${id}!`) ?? []));
    segments = after.left;
  }
}

const ten = Array.from({ length: 10 }, (_, n) => record(`${n}`));

describe('a batch that fails, of a source in an order', () => {
  test('is tried again as often as it may be, then given up as a whole', () => {
    const { over, tries } = carried(ten, ['3'], rules({ retriesMax: 2 }));
    assert.deepEqual(
      over,
      ten.map(({ id }) => `${id}!`),
    );
    assert.equal(tries, 3);
  });

  test('in halves, only what cannot be done is given up, and the order stays', () => {
    for (const poison of [[], ['0'], ['9'], ['3', '4'], ['0', '5', '9']]) {
      const { over } = carried(ten, poison, rules({ retriesMax: 1, bisects: true }));
      assert.deepEqual(
        over,
        ten.map(({ id }) => (poison.includes(id) ? `${id}!` : id)),
        poison.join(),
      );
    }
  });

  test('goes on behind what the function did, where it says so', () => {
    const { over, tries } = carried(ten, ['3'], rules({ retriesMax: 0 }), true);
    assert.deepEqual(over.slice(0, 4), ['0', '1', '2', '3!']);
    assert.equal(tries, 1);
    const halved = carried(ten, ['3'], rules({ retriesMax: 0, bisects: true }), true);
    assert.deepEqual(
      halved.over,
      ten.map(({ id }) => (id === '3' ? '3!' : id)),
    );
  });

  test('loses the records that have become too old, and no others', () => {
    const items = [record('old', '{}', 0), record('young', '{}', 90_000)];
    const after = afterTry({ items, failures: 0 }, [], failed, rules({ ageSecondsMax: 60 }), 0, 100_000);
    assert.deepEqual(after.givenUp, { items: [items[0]], why: 'MaximumRecordAgeExceeded' });
    assert.deepEqual(after.left, [{ items: [items[1]], failures: 0 }]);
  });

  test('waits longer each time, and a lack of capacity is no failure', () => {
    const pauses = [0, 1, 2, 30].map(
      (failures) => afterTry({ items: ten, failures }, [], failed, rules(), 0, 0).pauseMs,
    );
    assert.deepEqual(pauses, [200, 400, 800, 60_000]);
    const throttled = afterTry(
      { items: ten, failures: 1 },
      [],
      { kind: 'throttled', error: 'none' },
      rules({ retriesMax: 1 }),
      3,
      0,
    );
    assert.deepEqual([throttled.left, throttled.pauseMs], [[{ items: ten, failures: 1 }], 1_600]);
  });
});
