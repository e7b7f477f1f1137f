import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { caughtUpMax, dueOccurrences } from './due-occurrences.ts';
import { parseExpression } from './expressions/expression.ts';
import { nextOccurrence } from './occurrences.ts';

describe('what was due while no service ran', () => {
  const minutely = parseExpression('rate(1 minute)', 'UTC');
  const dueAt = 1_000_000_000_000;

  test('is made up for as the schedule says', () => {
    const now = dueAt + 10 * 60_000 + 1;
    for (const [catchUp, count, missed] of [
      ['last', 1, 10],
      ['all', 11, 0],
      // The newest is in time, or nearly.
      ['none', 1, 10],
    ] as const) {
      const due = dueOccurrences(minutely, { anchorAt: dueAt }, catchUp, dueAt, now);
      assert.deepEqual([due.at.length, due.missed, due.at.at(-1)], [count, missed, dueAt + 600_000], catchUp);
      assert.equal(due.nextAt, dueAt + 660_000);
    }
    const hourly = parseExpression('rate(1 hour)', 'UTC');
    const late = dueOccurrences(hourly, { anchorAt: dueAt }, 'none', dueAt, dueAt + 1_800_000);
    assert.deepEqual([late.at, late.missed], [[], 1]);
  });

  test('is bounded, the newest first, however long nobody ran', () => {
    const now = dueAt + 10 * 365 * 86_400_000;
    const due = dueOccurrences(minutely, { anchorAt: dueAt }, 'all', dueAt, now);
    assert.equal(due.at.length, caughtUpMax);
    assert.ok((due.at.at(-1) ?? 0) > now - 60_000 && (due.at[0] ?? 0) > now - (caughtUpMax + 1) * 60_000);
    assert.ok(due.missed > 0);
    assert.ok((due.nextAt ?? 0) > now && (due.nextAt ?? 0) <= now + 60_000);
  });

  test('is what it would be to ask for each occurrence, also where clocks are changed', () => {
    const patterns = [
      '* * * * ? *',
      '0/7 9-17 ? * MON-FRI *',
      '15,45 1-3 * * ? *',
      '30 2 L * ? *',
      '0 0/6 ? * 2#1 *',
      '5 0 1W * ? *',
    ];
    const spans = [
      ['UTC', '2026-02-27T23:58:00Z', 3],
      ['Europe/Berlin', '2026-03-27T10:01:00Z', 4],
      ['America/New_York', '2026-10-30T12:00:00Z', 4],
      ['Australia/Lord_Howe', '2026-04-03T00:00:30Z', 3],
      ['Africa/Cairo', '2026-04-22T12:00:00Z', 3],
      ['Africa/Cairo', '2026-10-28T12:00:00Z', 3],
      ['America/Santiago', '2026-09-04T12:00:00Z', 3],
      ['Asia/Kathmandu', '2026-05-30T18:00:00Z', 3],
    ] as const;
    for (const pattern of patterns)
      for (const [zone, from, days] of spans) {
        const expression = parseExpression(`cron(${pattern})`, zone);
        const first = nextOccurrence(expression, { anchorAt: 0 }, Date.parse(from));
        assert.ok(first !== undefined);
        const until = Math.max(first, Date.parse(from) + days * 86_400_000 + 12_345);
        for (const endAt of [undefined, until - 40_000_000]) {
          const span = { anchorAt: 0, endAt };
          const each: number[] = [];
          let at: number | undefined = first;
          for (; at !== undefined && at <= until; at = nextOccurrence(expression, span, at)) each.push(at);
          const due = dueOccurrences(expression, span, 'all', first, until);
          const what = `${pattern} in ${zone} until ${endAt}`;
          assert.deepEqual(due.at, each.slice(-caughtUpMax), what);
          assert.deepEqual([due.missed, due.nextAt], [Math.max(0, each.length - caughtUpMax), at], what);
        }
      }
  });

  test('is counted a day at a time: two weeks of minutes ask croner for some dozen occurrences', () => {
    const expression = parseExpression('cron(* * * * ? *)', 'Europe/Berlin');
    assert.ok(expression.kind === 'cron');
    const asked = mock.method(expression.cron, 'nextRun').mock;
    const now = dueAt + 14 * 86_400_000;
    const from = nextOccurrence(expression, { anchorAt: 0 }, dueAt) ?? 0;
    const due = dueOccurrences(expression, { anchorAt: 0 }, 'last', from, now);
    assert.equal(due.missed, Math.floor((now - from) / 60_000));
    assert.ok(asked.callCount() < 40, `${asked.callCount()} times`);
  });
});
