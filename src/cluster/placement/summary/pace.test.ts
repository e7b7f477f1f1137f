import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace, bytesPerSecondPerHundred } from './pace.ts';
import { SummarySender } from './sender.ts';
import type { HostFacts, HostState, HostSummary, SummaryRow } from './summary.ts';
import { seededRandom } from '../../../../test/simulation/random.ts';

const kinds = ['nodejs24.x/128', 'nodejs24.x/256', 'nodejs24.x', 'nodejs22.x', 'python3.13', 'provided.al2023'];
const facts: HostFacts = { processors: 16, functionMbMax: 10_240, isolation: 1, directChannels: true, kinds };

/** A host of so many functions, each of an account of its own, all of which change from beat to beat. */
function restless(functions: number, random: () => number): HostSummary {
  const some = (most: number): number => Math.floor(random() * most);
  const key = (nth: number, of: number): number => of * 2 ** 40 + nth * 7_919;
  const codes: SummaryRow[] = Array.from({ length: functions }, (_, nth) => ({
    key: key(nth, 1),
    a: some(12),
    b: 1 + some(12),
  }));
  const owners: SummaryRow[] = Array.from({ length: functions }, (_, nth) => ({
    key: key(nth, 2),
    a: 1 + some(63),
    b: 1 + some(9),
  }));
  const state: HostState = {
    takes: true,
    full: false,
    wanted: random() * 16,
    running: some(100),
    waiting: some(10),
    memoryMb: 60_000,
    memoryFreeMb: some(60_000),
    memoryIdleMb: some(60_000),
  };
  return { facts, state, warm: kinds.map(() => some(4)), tables: { codes, owners, provisioned: [] } };
}

/** Bytes a second, and the longest silence, ms, over a minute of beats at every half second. */
function minute(functions: number, change: number): { readonly bytes: number; readonly silenceMs: number } {
  const random = seededRandom(functions);
  const sender = new SummarySender(1);
  const pace = new Pace();
  let summary = restless(functions, random);
  let [last, sum, saidAt, silenceMs] = [0, 0, 0, 0];
  for (let now = 0; now < 60_000; now += 500) {
    const next = restless(functions, random);
    const mix = (rows: readonly SummaryRow[], others: readonly SummaryRow[]): SummaryRow[] =>
      rows.map((row, nth) => (random() < change ? (others[nth] ?? row) : row));
    const codes = mix(summary.tables.codes, next.tables.codes);
    const owners = mix(summary.tables.owners, next.tables.owners);
    summary = { ...next, tables: { codes, owners, provisioned: [] } };
    if (!pace.may(last, functions, now)) continue;
    const bytes = sender.next(summary, [], now).length;
    pace.said(bytes, now);
    silenceMs = Math.max(silenceMs, now - saidAt);
    [last, sum, saidAt] = [bytes, sum + bytes, now];
  }
  return { bytes: sum / 60, silenceMs };
}

test('a host says at most 1 KiB a second for each hundred functions, and something every second, however much changes', () => {
  for (const functions of [1, 10, 100, 1_000])
    for (const change of [0, 0.1, 1]) {
      const { bytes, silenceMs } = minute(functions, change);
      const allowed = bytesPerSecondPerHundred * Math.max(1, functions / 100);
      assert.ok(bytes <= allowed, `${functions} functions, of which ${change} change: ${bytes} bytes a second`);
      assert.ok(silenceMs <= 1_000, `${functions} functions: silent for ${silenceMs} ms`);
    }
});
