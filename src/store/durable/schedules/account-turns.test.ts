import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { AccountTurns } from './account-turns.ts';

const nobody: ReadonlySet<string> = new Set();

function turnsOf(due: Readonly<Record<string, readonly number[]>>): {
  readonly turns: AccountTurns;
  readonly database: DatabaseSync;
} {
  const database = new DatabaseSync(':memory:');
  database.exec(
    'CREATE TABLE things (id INTEGER PRIMARY KEY, account TEXT, at INTEGER); CREATE INDEX due ON things (account, at)',
  );
  const insert = database.prepare('INSERT INTO things (account, at) VALUES (?, ?)');
  for (const [account, times] of Object.entries(due)) for (const at of times) insert.run(account, at);
  return { turns: new AccountTurns(database, { table: 'things', due: 'at', columns: 'account, at' }), database };
}

const told = (rows: readonly object[]): string[] => rows.map((row) => Object.values(row).join(''));

test('accounts have turns, and of each what was due first comes first', () => {
  const { turns, database } = turnsOf({ a: [3, 1, 2, 9], b: [5], c: [4, 2] });
  assert.deepEqual(told(turns.take(5, 6, nobody)), ['a1', 'b5', 'c2', 'a2', 'c4']);
  assert.deepEqual(told(turns.take(5, 6, new Set(['a', 'c']))), ['b5']);
  assert.equal(turns.nextAt(nobody), 1);
  assert.equal(turns.nextAt(new Set(['a'])), 2);
  database.close();
});

test('one at a time, nobody is first twice while others have something', () => {
  const { turns, database } = turnsOf({ a: [1, 1, 1], b: [2], c: [3], d: [99] });
  const given = Array.from({ length: 7 }, () => told(turns.take(3, 1, nobody))[0]);
  assert.deepEqual(given, ['a1', 'b2', 'c3', 'a1', 'b2', 'c3', 'a1']);
  database.close();
});

test('none where none is due', () => {
  const { turns, database } = turnsOf({ a: [7] });
  assert.deepEqual(turns.take(6, 5, nobody), []);
  assert.deepEqual(told(turns.take(7, 5, nobody)), ['a7']);
  assert.deepEqual(told(turns.take(7, 5, nobody)), ['a7'], 'The only one has every turn.');
  database.close();
});
