import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteStore } from './open.ts';

test('of accounts that an earlier Heddle made, the oldest is the operator’s, and all keys stay good', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-migrations-'));
  const database = new DatabaseSync(join(home, 'store.sqlite'));
  database.exec(`
    CREATE TABLE accounts (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
    CREATE TABLE access_keys (id TEXT PRIMARY KEY, secret TEXT NOT NULL, account TEXT NOT NULL REFERENCES accounts (id), created_at INTEGER NOT NULL) STRICT;
    CREATE TABLE functions (account TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID;
    INSERT INTO accounts VALUES ('111111111111', 20), ('222222222222', 10);
    INSERT INTO access_keys VALUES ('AKIAONE', 's1', '111111111111', 20), ('AKIATWO', 's2', '222222222222', 10);
    PRAGMA user_version = 1`);
  database.close();
  {
    await using store = openSqliteStore(home);
    const bare = { name: '', limits: {} };
    assert.deepEqual(await store.accounts.list(), [
      { ...bare, id: '222222222222', createdAt: 10, operator: true },
      { ...bare, id: '111111111111', createdAt: 20, operator: false },
    ]);
    assert.equal((await store.accounts.key('AKIAONE'))?.secretAccessKey, 's1');
  }
  await rm(home, { recursive: true });
});
