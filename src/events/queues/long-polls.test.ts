import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LongPolls } from './long-polls.ts';

/** Begins as many as an account may have. */
function fill(polls: LongPolls, account: string): Disposable[] {
  const begun: Disposable[] = [];
  for (let one = polls.begin(account); one !== undefined; one = polls.begin(account)) begun.push(one);
  return begun;
}

test('an account alone may have seven eighths, and whoever comes has some, and the same in the end', () => {
  const polls = new LongPolls(800);
  const first = fill(polls, 'a');
  assert.equal(first.length, 700);
  assert.equal(fill(polls, 'b').length, 88);
  assert.ok(fill(polls, 'c').length > 0);
  // The first has more than its share now: it gets none before it has given some back.
  assert.equal(polls.begin('a'), undefined);
  for (const one of first) one[Symbol.dispose]();
  assert.equal(polls.of('a'), 0);
  fill(polls, 'b');
  fill(polls, 'a');
  assert.ok(polls.of('a') > 0 && polls.of('b') > polls.of('a') && polls.of('b') < 700);
});
