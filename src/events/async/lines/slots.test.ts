import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayStart } from './slots.ts';

const max = 32;

/** Starts events of lines, as `account/line`, for as long as any may start, whoever has fewest first. */
function filled(lines: readonly string[]): Map<string, number> {
  const running = new Map(lines.map((line) => [line, 0]));
  const sum = (prefix: string): number =>
    [...running].filter(([line]) => line.startsWith(prefix)).reduce((all, [, n]) => all + n, 0);
  for (let total = 0; ; total++) {
    const next = [...running]
      .toSorted(([, a], [, b]) => a - b)
      .find(([line, n]) => mayStart({ total, account: sum(line.split('/')[0] ?? ''), line: n }, max));
    if (next === undefined) return running;
    running.set(next[0], next[1] + 1);
  }
}

test('one function alone has half of what its account may have, and an account leaves some to others', () => {
  assert.deepEqual([...filled(['a/f']).values()], [14]);
  const two = filled(['a/f', 'a/g']);
  assert.ok(
    [...two.values()].every((n) => n >= 8),
    JSON.stringify([...two]),
  );
});

test('whoever comes when others have all they may have finds a place, as long as there is one', () => {
  for (const lines of [['a/f'], ['a/f', 'a/g', 'a/h'], ['a/f', 'b/f'], ['a/f', 'a/g', 'b/f', 'c/f']]) {
    const running = [...filled(lines)];
    const total = running.reduce((all, [, n]) => all + n, 0);
    assert.ok(total < max, `${lines.join(' ')} take all`);
    const another = { total, account: 0, line: 0 };
    assert.ok(mayStart(another, max), `another account finds no place beside ${lines.join(' ')}`);
  }
  const alone = filled(['a/f']).get('a/f') ?? 0;
  assert.ok(mayStart({ total: alone, account: alone, line: 0 }, max), 'another function of the account finds no place');
});

test('never more than the most', () => {
  for (let total = 0; total <= max; total++) assert.equal(mayStart({ total, account: 0, line: 0 }, max), total < max);
});
