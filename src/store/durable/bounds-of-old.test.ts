import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { endedTables } from './executions/ended.ts';
import { executionTables } from './executions/tables.ts';
import { scheduleMigrations } from './schedules/tables.ts';

// What was there before there were bounds counts for them.

const account = '111111111111';

test('executions that had ended are counted by account, with what they take', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(executionTables);
  const insert = database.prepare(
    `INSERT INTO executions (uuid, account, kind, function, name, version, status, phase, started_at, record)
     VALUES (?, ?, 'function', 'f', ?, '1', ?, 'asleep', 1, ?)`,
  );
  const record = JSON.stringify({ endedAt: 5, bytes: 100, operations: 2, events: 4 });
  for (const name of ['a', 'b']) insert.run(name, account, name, 'SUCCEEDED', record);
  insert.run('c', account, 'c', 'RUNNING', JSON.stringify({ bytes: 1, operations: 0, events: 1 }));
  insert.run('d', '222222222222', 'd', 'RUNNING', JSON.stringify({ bytes: 1, operations: 0, events: 1 }));
  database.exec(`INSERT INTO execution_counts VALUES ('${account}', 1), ('222222222222', 1)`);
  database.exec(endedTables);
  assert.deepEqual(database.prepare('SELECT * FROM execution_counts ORDER BY account').all().map(Object.values), [
    [account, 1, 2, 2 * (100 + 1_000 + 800 + 1_000), 0],
    ['222222222222', 1, 0, 0, 0],
  ]);
  assert.equal(database.prepare('SELECT count(*) AS n FROM executions WHERE ended_at = 5').get()?.['n'], 2);
  database.close();
});

test('occurrences that waited are counted by account, and are no longer when they are delivered', () => {
  const database = new DatabaseSync(':memory:');
  const [before = '', ...after] = scheduleMigrations;
  database.exec(before);
  const insert = database.prepare(
    `INSERT INTO firings (account, grp, name, target, execution_id, scheduled_at, due_at) VALUES (?, 'default', 'n', ?, 'e', 1, 1)`,
  );
  for (const target of ['{"a":1}', '{"a":"ä"}']) insert.run(account, target);
  for (const migration of after) database.exec(migration);
  const counts = (): unknown => database.prepare('SELECT * FROM firing_counts').all().map(Object.values);
  assert.deepEqual(counts(), [[account, 2, 7 + 10, 0, 0]]);
  database.exec('UPDATE firings SET again = 1 WHERE id = 2');
  assert.deepEqual(counts(), [[account, 2, 17, 1, 10]]);
  database.exec('DELETE FROM firings WHERE id = 2');
  assert.deepEqual(counts(), [[account, 1, 7, 0, 0]]);
  database.close();
});
