import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { recordOf } from '../../../store/testing/record-of.ts';
import { FunctionActivity } from './activity.ts';
import { TimeHistogram } from './time-histogram.ts';

const minuteMs = 60_000;
/** In the middle of a step, of a minute and of a sixth of an hour. */
const began = 1_800_000_305_000;

function activityAt(start: number): { activity: FunctionActivity; at: (ms: number) => void } {
  let now = start;
  return { activity: new FunctionActivity({ wall: () => now }), at: (ms) => (now = start + ms) };
}

function version(name: string, account = '1'): FunctionVersion {
  return { ...recordOf(name).latest, account, name, memoryMb: 512 };
}

function call(activity: FunctionActivity, fn: FunctionVersion, ms: number, ok = true): void {
  const result = ok
    ? { ok, payload: Buffer.from('1') }
    : { ok, functionError: 'Unhandled' as const, payload: Buffer.from('{}') };
  activity.invoked(fn, 'r', outcomeOf(Buffer.from('1'), { durationMs: ms, startMs: ms / 10, result }));
}

test('a percentile is what it is, to five percent, from microseconds to a quarter of an hour', () => {
  for (const scale of [0.02, 1, 900]) {
    const times = new TimeHistogram();
    for (let n = 1; n <= 1_000; n++) times.add(n * scale);
    for (const share of [0.5, 0.99]) {
      const [found, exact] = [times.quantile(share) ?? 0, 1_000 * share * scale];
      assert(Math.abs(found / exact - 1) < 0.05, `${found} for ${exact}`);
    }
  }
  assert.equal(new TimeHistogram().quantile(0.5), null);
});

test('calls are told by steps of ten seconds, and an hour of them together', () => {
  const { activity, at } = activityAt(began);
  const fn = version('f');
  for (let n = 0; n < 10; n++) call(activity, fn, 100);
  call(activity, fn, 1_000, false);
  at(10_000);
  activity.refused(fn);
  call(activity, fn, 7);
  const [first, second] = activity.rows('1', 'f');
  assert.equal(first?.id, String(began - 5_000));
  assert.deepEqual([first.calls, first.errors, first.refused], [11, 1, 0]);
  assert(Math.abs((first.durationP50 ?? 0) / 100 - 1) < 0.05 && Math.abs((first.durationP99 ?? 0) / 1_000 - 1) < 0.05);
  assert.deepEqual([second?.calls, second?.refused, second?.paths], [1, 1, [0, 1, 0, 0, 0]]);
  assert(Math.abs((second?.durationP99 ?? 0) / 7 - 1) < 0.05 && Math.abs((second?.startP50 ?? 0) / 0.7 - 1) < 0.05);
  const sums = activity.sums('1', 'f');
  assert.deepEqual([sums?.calls, sums?.errors, sums?.refused, sums?.lastAt], [12, 1, 1, began + 10_000]);
  assert.deepEqual([sums?.minutes.at(-1), sums?.minuteErrors.at(-1), sums?.minutes.length], [12, 1, 60]);
  assert(Math.abs((sums?.gbSeconds ?? 0) - 0.5 * (10 * 0.1 + 1 + 0.007)) < 1e-6);
});

test('what is older than an hour is gone, and a clock that was put back loses nothing', () => {
  const { activity, at } = activityAt(began);
  const fn = version('f');
  call(activity, fn, 5);
  at(-30 * minuteMs);
  call(activity, fn, 5);
  at(0);
  assert.equal(activity.sums('1', 'f')?.calls, 2);
  at(59 * minuteMs);
  assert.equal(activity.rows('1', 'f').length, 1);
  at(61 * minuteMs);
  call(activity, fn, 5);
  assert.deepEqual([activity.rows('1', 'f').length, activity.sums('1', 'f')?.calls], [1, 1]);
  at(140 * minuteMs);
  assert.deepEqual(activity.rows('1', 'f'), []);
  assert.equal(activity.sums('1', 'f')?.durationP50, null);
});

test('a bounded number of functions is kept, those that were called last, and no account takes another’s', () => {
  const { activity, at } = activityAt(began);
  for (let n = 0; n < 100; n++) call(activity, version(`f${n}`), 1);
  call(activity, version('late'), 1);
  assert.equal(activity.sums('1', 'late'), undefined, 'all others were called just now');
  at(2 * minuteMs);
  call(activity, version('f0'), 1);
  call(activity, version('late'), 1);
  assert.deepEqual([activity.sums('1', 'late')?.calls, activity.sums('1', 'f0')?.calls], [1, 2]);
  assert.equal(activity.sums('1', 'f1'), undefined);
  for (const account of ['2', '3', '4']) for (let n = 0; n < 90; n++) call(activity, version(`g${n}`, account), 1);
  at(4 * minuteMs);
  for (let n = 0; n < 35; n++) call(activity, version(`h${n}`, '5'), 1);
  const kept = (account: string, names: string): number =>
    Array.from({ length: 100 }, (_, n) => activity.sums(account, `${names}${n}`)).filter((one) => one !== undefined)
      .length;
  assert.deepEqual([kept('5', 'h'), kept('2', 'g'), kept('3', 'g'), kept('4', 'g')], [35, 90, 90, 90]);
});
