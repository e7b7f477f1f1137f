import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AccessKey, AccountStore } from '../contract.ts';
import { Lru } from '../../model/lru.ts';

/** Accounts and keys in SQLite; keys that were used stay in memory, they are looked up for every request. */
export function sqliteAccounts(database: DatabaseSync): AccountStore {
  const cache = new Lru<AccessKey>(10_000);
  const insertAccount = database.prepare('INSERT INTO accounts (id, created_at) VALUES (?, ?)');
  const insertKey = database.prepare('INSERT INTO access_keys (id, secret, account, created_at) VALUES (?, ?, ?, ?)');
  const selectAccounts = database.prepare('SELECT id, created_at FROM accounts ORDER BY created_at, id');
  const selectKey = database.prepare('SELECT * FROM access_keys WHERE id = ?');
  const selectKeys = database.prepare('SELECT * FROM access_keys WHERE account = ? ORDER BY created_at, id');

  return {
    async create(account, key) {
      database.exec('BEGIN IMMEDIATE');
      try {
        insertAccount.run(account.id, account.createdAt);
        insertKey.run(key.accessKeyId, key.secretAccessKey, key.account, key.createdAt);
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    list: async () =>
      selectAccounts.all().map((row) => ({ id: String(row['id']), createdAt: Number(row['created_at']) })),
    async key(accessKeyId) {
      const cached = cache.get(accessKeyId);
      if (cached !== undefined) return cached;
      const row = selectKey.get(accessKeyId);
      if (row === undefined) return undefined;
      const key = keyIn(row);
      cache.set(accessKeyId, key, 1);
      return key;
    },
    keysOf: async (account) => selectKeys.all(account).map(keyIn),
  };
}

function keyIn(row: Record<string, SQLOutputValue>): AccessKey {
  return {
    accessKeyId: String(row['id']),
    secretAccessKey: String(row['secret']),
    account: String(row['account']),
    createdAt: Number(row['created_at']),
  };
}
