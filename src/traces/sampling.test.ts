import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKept, newTraceId, randomId } from './sampling.ts';

test('so many of the traces that begin here are kept, and every host decides the same', () => {
  const sampling = { ratio: 0.25, byCaller: true };
  const ids = Array.from({ length: 4_000 }, () => newTraceId(1_800_000_000_000));
  const kept = ids.filter((id) => isKept(sampling, id, undefined));
  assert.ok(kept.length > 800 && kept.length < 1_200, `${kept.length}`);
  // More are kept of the same: who keeps fewer keeps some of them.
  assert.ok(kept.every((id) => isKept({ ratio: 0.5, byCaller: true }, id, undefined)));
  assert.ok(ids.every((id) => isKept({ ratio: 1, byCaller: true }, id, undefined)));
  assert.ok(!ids.some((id) => isKept({ ratio: 0, byCaller: true }, id, undefined)));
});

test('a caller’s word holds, unless it is said that it does not', () => {
  const id = newTraceId(0);
  assert.equal(isKept({ ratio: 0, byCaller: true }, id, true), true);
  assert.equal(isKept({ ratio: 1, byCaller: true }, id, false), false);
  assert.equal(isKept({ ratio: 1, byCaller: false }, id, false), true);
});

test('ids are random and of their length, and that of a trace begins with the time', () => {
  const ids = new Set(Array.from({ length: 2_000 }, () => randomId(8)));
  assert.equal(ids.size, 2_000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  assert.match(newTraceId(1_800_000_000_000), /^6b49d200[0-9a-f]{24}$/);
});
