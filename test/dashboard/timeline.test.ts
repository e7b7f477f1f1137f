import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepped } from '../../src/dashboard/pages/threads/timeline/keys.ts';
import { barAt, firstFrom, lanesOf } from '../../src/dashboard/pages/threads/timeline/lanes.ts';
import { laneAt, topsOf } from '../../src/dashboard/pages/threads/timeline/measures.ts';
import {
  panned,
  showing,
  tickText,
  ticksOf,
  wholeOf,
  zoomed,
} from '../../src/dashboard/pages/threads/timeline/span.ts';
import type { ThreadRow } from '../../src/model/dashboard/threads.ts';

function thread(bornAtMs: number, container: string, placedMs: number, endedMs: number): ThreadRow {
  const place = { instance: container.slice(0, 1), container };
  return { name: 'n', bornAtMs, placedMs, startedMs: placedMs + 1, endedMs, ...place, end: 'ok' };
}

const rows = new Map<string, ThreadRow>([
  ['t1', thread(1_000, 'a1', 5, 20)],
  ['t2', thread(1_000, 'b1', 10, 30)],
  ['t3', thread(1_000, 'a1', 25, 40)],
  ['t4', { name: 'n', bornAtMs: 1_050 }],
]);

test('threads stand in lanes by instance and container, and those that wait are counted', () => {
  const { originMs, endAt, live, lanes, waiting, waitingMost } = lanesOf(rows);
  assert.deepEqual([originMs, endAt, live, waitingMost], [1_000, 50, true, 3]);
  assert.deepEqual(
    lanes.map(({ container, first, bars }) => [container, first, bars.map(({ id }) => id)]),
    [
      ['a1', true, ['t1', 't3']],
      ['b1', true, ['t2']],
    ],
  );
  assert.deepEqual(waiting, [
    { at: 0, count: 3 },
    { at: 5, count: 2 },
    { at: 10, count: 1 },
    { at: 25, count: 0 },
    { at: 50, count: 1 },
  ]);
});

test('a thread is found by its time, and by its neighbours', () => {
  const { lanes } = lanesOf(rows);
  const bars = lanes[0]?.bars ?? [];
  assert.equal(firstFrom(bars, 21), 1);
  assert.equal(barAt(bars, 10, 0)?.id, 't1');
  assert.equal(barAt(bars, 22, 1), undefined);
  assert.equal(barAt(bars, 22, 2)?.id, 't1');
  assert.equal(stepped(lanes, undefined, 'ArrowRight')?.id, 't1');
  assert.equal(stepped(lanes, 't1', 'ArrowRight')?.id, 't3');
  assert.equal(stepped(lanes, 't3', 'ArrowRight')?.id, 't3');
  assert.equal(stepped(lanes, 't3', 'ArrowDown')?.id, 't2');
  assert.equal(stepped(lanes, 't2', 'ArrowUp')?.id, 't1');
  const { tops, height } = topsOf(lanes);
  assert.deepEqual([laneAt(tops, -5), laneAt(tops, tops[1] ?? 0), laneAt(tops, height)], [0, 1, 1]);
});

test('what is seen stays within the job, and a place under the pointer where it is', () => {
  const whole = wholeOf(100);
  const closer = zoomed(whole, 0.5, 0.25, 100);
  const at = (span: { from: number; to: number }, place: number): number => span.from + (span.to - span.from) * place;
  assert.ok(Math.abs(at(closer, 0.25) - at(whole, 0.25)) < 1e-9);
  assert.deepEqual(zoomed(closer, 100, 0.5, 100), whole);
  assert.equal(panned(closer, -10, 100).from, whole.from);
  assert.ok(panned(closer, 10, 100).to <= whole.to);
  const shown = showing({ from: 0, to: 10 }, 50, 55, 100);
  assert.ok(shown.from <= 50 && shown.to >= 55);
  assert.ok(zoomed(whole, 1e-9, 0.5, 100).to > zoomed(whole, 1e-9, 0.5, 100).from);
});

test('the axis has round times', () => {
  const { at, step } = ticksOf({ from: -2, to: 102 }, 10);
  assert.deepEqual([at[0], at.at(-1), step], [0, 100, 20]);
  assert.deepEqual(
    [tickText(0, 20), tickText(40, 20), tickText(1_200, 200), tickText(3_000, 1_000), tickText(0.05, 0.05)],
    ['0', '40 ms', '1.2 s', '3 s', '0.05 ms'],
  );
});
