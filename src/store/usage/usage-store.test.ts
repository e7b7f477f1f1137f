import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { limits } from '../../model/limits.ts';
import type { UsageRecord } from '../../model/accounts/usage.ts';
import type { UsageStore } from '../contract.ts';
import { hourOf, openUsageStore } from './usage-store.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** The beginning of a day. */
const start = 20_000 * day;
let home: string;
let store: UsageStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-usage-'));
  store = openUsageStore(home);
});
afterEach(async () => {
  store[Symbol.dispose]();
  await rm(home, { recursive: true, force: true });
});

function record(fromMs: number, changes: Partial<UsageRecord> = {}): UsageRecord {
  return {
    account: '1',
    functionName: 'f',
    fromMs,
    requests: 1,
    errors: 0,
    gbSeconds: 0.5,
    egressBytes: 10,
    ...changes,
  };
}

const all = { sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER };

test('what is added in an hour is summed up, and still there after a restart', async () => {
  store.add([record(start), record(start + hour, { errors: 1 })]);
  store.add([record(start, { egressBytes: 5 }), record(start, { account: '2', functionName: '' })]);
  store[Symbol.dispose]();
  store = openUsageStore(home);
  assert.deepEqual(store.read({ ...all, account: '1' }), [
    record(start, { requests: 2, gbSeconds: 1, egressBytes: 15 }),
    record(start + hour, { errors: 1 }),
  ]);
  assert.equal(store.read(all).length, 3);
  assert.deepEqual(store.read({ sinceMs: start + 1, untilMs: start + hour }), []);
  assert.equal((await stat(join(home, 'usage.sqlite'))).mode & 0o077, 0);
});

test('after some days hours become days, and after some more they go', () => {
  store.add([record(start), record(start + hour), record(start + 2 * hour, { functionName: 'g' })]);
  store.add([record(start + limits.usageHoursKeptMs + hour)]);
  assert.equal(store.read(all).length, 4, 'the first day is not over for as long as hours are kept');
  const later = start + limits.usageHoursKeptMs + day;
  store.add([record(later)]);
  const old = store.read({ sinceMs: 0, untilMs: start + day });
  assert.deepEqual(old, [
    record(start, { requests: 2, gbSeconds: 1, egressBytes: 20 }),
    record(start, { functionName: 'g' }),
  ]);
  store.add([record(start + limits.usageDaysKeptMs + hour)]);
  assert.deepEqual(store.read({ sinceMs: 0, untilMs: start + day }), []);
});

test('a batch that cannot be written leaves nothing of itself', () => {
  assert.throws(() => store.add([record(start), record(start + 0.5)]));
  assert.deepEqual(store.read(all), []);
});

test('an hour begins where its hour does', () => {
  assert.equal(hourOf(start + hour - 1), start);
  assert.equal(hourOf(start + hour), start + hour);
});
