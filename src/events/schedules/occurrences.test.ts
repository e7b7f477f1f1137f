import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseExpression } from './expressions/expression.ts';
import { nextOccurrence } from './occurrences.ts';

/** The next occurrences after a time, as schedules show them. */
function occurrences(expression: string, timeZone: string, after: string, count: number): string[] {
  const parsed = parseExpression(expression, timeZone);
  const found: string[] = [];
  let at = Date.parse(after);
  const anchorAt = at;
  for (let n = 0; n < count; n++) {
    const next = nextOccurrence(parsed, { anchorAt }, at);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace(':00.000Z', 'Z'));
    at = next;
  }
  return found;
}

describe('when schedules are due', () => {
  test('cron expressions in the six fields of AWS', () => {
    const from = '2026-11-01T00:00:00Z';
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['cron(15 10 ? * MON-FRI *)', ['2026-11-02T10:15Z', '2026-11-03T10:15Z']],
      // Sunday is 1.
      ['cron(0 10 ? * 2 *)', ['2026-11-02T10:00Z', '2026-11-09T10:00Z']],
      ['cron(0/20 10 ? * 1 *)', ['2026-11-01T10:00Z', '2026-11-01T10:20Z', '2026-11-01T10:40Z', '2026-11-08T10:00Z']],
      ['cron(0 12 L * ? *)', ['2026-11-30T12:00Z', '2026-12-31T12:00Z']],
      ['cron(0 12 LW * ? *)', ['2026-11-30T12:00Z', '2026-12-31T12:00Z', '2027-01-29T12:00Z']],
      ['cron(0 12 15W * ? *)', ['2026-11-16T12:00Z', '2026-12-15T12:00Z']],
      ['cron(0 12 ? * 6L *)', ['2026-11-27T12:00Z', '2026-12-25T12:00Z']],
      ['cron(0 12 ? * FRI#2 2027)', ['2027-01-08T12:00Z', '2027-02-12T12:00Z']],
      ['cron(0 12 ? * L *)', ['2026-11-07T12:00Z', '2026-11-14T12:00Z']],
      [
        'cron(0 12 1 JAN,JUL ? 2027-2028)',
        ['2027-01-01T12:00Z', '2027-07-01T12:00Z', '2028-01-01T12:00Z', '2028-07-01T12:00Z'],
      ],
      ['cron(0 12 29 2 ? *)', ['2028-02-29T12:00Z', '2032-02-29T12:00Z']],
      ['cron(0 22-1 * * ? *)', ['2026-11-01T01:00Z', '2026-11-01T22:00Z', '2026-11-01T23:00Z', '2026-11-02T00:00Z']],
      ['cron(0 12 ? * SAT-MON *)', ['2026-11-01T12:00Z', '2026-11-02T12:00Z', '2026-11-07T12:00Z']],
      ['cron(0 12 31 2 ? *)', []],
      ['cron(0 12 1 * ? 2025)', []],
    ];
    for (const [expression, expected] of cases)
      assert.deepEqual(occurrences(expression, 'UTC', from, Math.max(1, expected.length)), expected, expression);
  });

  test('where clocks are put forward, what they leave out is skipped', () => {
    assert.deepEqual(occurrences('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T00:00:00Z', 2), [
      '2026-03-28T01:30Z',
      '2026-03-30T00:30Z',
    ]);
    assert.deepEqual(occurrences('cron(10 2 * * ? *)', 'Australia/Lord_Howe', '2026-10-02T00:00:00Z', 2), [
      '2026-10-02T15:40Z',
      '2026-10-04T15:10Z',
    ]);
    // A gap of half an hour: what of that hour there is happens.
    assert.deepEqual(occurrences('cron(10,35,40 2 * * ? *)', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', 2), [
      '2026-10-03T15:35Z',
      '2026-10-03T15:40Z',
    ]);
    assert.deepEqual(occurrences('cron(0 0 * * ? *)', 'America/Sao_Paulo', '2018-11-03T00:00:00Z', 2), [
      '2018-11-03T03:00Z',
      '2018-11-05T02:00Z',
    ]);
  });

  test('where clocks are put back, what they show twice happens once, and what counts hours goes on', () => {
    assert.deepEqual(occurrences('cron(0/30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3), [
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:00Z',
    ]);
    assert.deepEqual(occurrences('cron(0/30 * * * ? *)', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4), [
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ]);
    assert.deepEqual(occurrences('rate(1 day)', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T12:00Z',
      '2026-10-26T12:00Z',
    ]);
  });

  test('a time of a day is met once a day in every zone, but for days on which there is no such time', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Kathmandu',
    ]) {
      const local = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
      const days = new Set<string>();
      const expression = parseExpression('cron(30 1 * * ? *)', zone);
      const until = Date.parse('2028-01-01T00:00:00Z');
      for (let at: number | undefined = Date.parse('2026-01-01T12:00:00Z'); at !== undefined && at < until;) {
        at = nextOccurrence(expression, { anchorAt: 0 }, at);
        const [day = '', time] = local.format(at).split(' ');
        assert.equal(time, '01:30', zone);
        assert.ok(!days.has(day), `${zone}: twice on ${day}`);
        days.add(day);
      }
      assert.ok(days.size >= 727, `${zone}: ${days.size} days`);
    }
  });

  test('once: a time that clocks leave out is as much later, of one that they show twice it is the first', () => {
    assert.deepEqual(occurrences('at(2026-03-29T02:30:00)', 'Europe/Berlin', '2026-01-01T00:00:00Z', 2), [
      '2026-03-29T01:30Z',
    ]);
    assert.deepEqual(occurrences('at(2026-10-25T02:30:00)', 'Europe/Berlin', '2026-01-01T00:00:00Z', 2), [
      '2026-10-25T00:30Z',
    ]);
  });

  test('what begins and ends: the first moment and the last count', () => {
    const expression = parseExpression('rate(1 hour)', 'UTC');
    const [startAt, endAt] = [Date.parse('2026-11-01T10:00:00Z'), Date.parse('2026-11-01T12:00:00Z')];
    const all: number[] = [];
    for (let at: number | undefined = 0; at !== undefined;) {
      at = nextOccurrence(expression, { anchorAt: 0, startAt, endAt }, at);
      if (at !== undefined) all.push(at);
    }
    assert.deepEqual(all, [startAt, startAt + 3_600_000, endAt]);
  });

  test('what cannot be meant is refused in words', () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['every day', 'UTC', /'every day' is no schedule; write cron\(.*\), rate\(5 minutes\) or at\(/],
      ['cron(0 10 * *)', 'UTC', /has 4 fields; there should be six/],
      ['cron(0 10 * * * *)', 'UTC', /says both day-of-month and day-of-week; exactly one/],
      ['cron(0 10 ? * ? *)', 'UTC', /says neither day-of-month nor day-of-week/],
      ['cron(99 10 1 * ? *)', 'UTC', /'99' is no minutes; it should be from 0 to 59/],
      ['cron(0 10 32W * ? *)', 'UTC', /'32W' is no day-of-month/],
      ['cron(0 10 1/0 * ? *)', 'UTC', /'1\/0' is no day-of-month/],
      ['cron(0 10 1 * ? 1969)', 'UTC', /'1969' is no year/],
      ['cron(0 10 ? * 3#1,6#3 *)', 'UTC', /'3#1,6#3' has '#' in a list, which this field cannot have/],
      ['cron(0 10 ? * SUN,MON#1 *)', 'UTC', /'SUN,MON#1' has '#' in a list/],
      [
        'cron(0/70 * * * ? *)',
        'UTC',
        /^'0\/70' has a step of 70, more than there are minutes; it should be from 1 to 60\.$/,
      ],
      ['cron(0 */25 * * ? *)', 'UTC', /^'\*\/25' has a step of 25, .* should be from 1 to 24\.$/],
      [
        'cron(0 10 LW,5 * ? *)',
        'UTC',
        /^cron\(0 10 LW,5 \* \? \*\) has a field that cannot be read; there should be six/,
      ],
      ['rate(0 minutes)', 'UTC', /rate\(0 minutes\) is no rate/],
      ['rate(5 weeks)', 'UTC', /is no rate; write a whole number from 1 and minutes, hours or days/],
      ['at(2026-02-30T10:00:00)', 'UTC', /is no time/],
      ['at(tomorrow)', 'UTC', /at\(tomorrow\) is no time/],
      ['rate(5 minutes)', 'Mars/Base', /'Mars\/Base' is no time zone that this machine knows/],
    ];
    for (const [expression, zone, message] of cases)
      assert.throws(() => parseExpression(expression, zone), { name: 'ExpressionError', message }, expression);
  });
});
