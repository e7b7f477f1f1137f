import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AccessKey, AccountStore } from '../contract.ts';

/** A key, and what ends it. */
interface KeptKey {
  readonly key: AccessKey;
  readonly end: AbortController;
}

/** The keys of all accounts, as the store has them, and what goes with an account. */
export interface SqliteKeys extends Pick<AccountStore, 'key' | 'keysOf' | 'addKey' | 'setKeyDisabled' | 'removeKey'> {
  /** Writes one, in a transaction of the caller's, who then has it known by `made`. */
  write(key: AccessKey): void;
  made(key: AccessKey): void;
  /** Those of this account are gone. */
  endAll(account: string): void;
  /** Takes one as the database has it, which another connection has changed. */
  reread(accessKeyId: string): void;
}

/** Keys in SQLite; all of them are in memory, too: they are few, and looked up for every request. */
export function sqliteKeys(database: DatabaseSync): SqliteKeys {
  const insert = database.prepare('INSERT INTO access_keys (id, secret, account, created_at) VALUES (?, ?, ?, ?)');
  const update = database.prepare('UPDATE access_keys SET disabled = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM access_keys WHERE id = ?');
  const rows = database.prepare('SELECT * FROM access_keys ORDER BY created_at, id').all();
  const keys = new Map(rows.map(keyIn).map((key) => [key.accessKeyId, kept(key)]));

  const write = ({ accessKeyId, secretAccessKey, account, createdAt }: AccessKey): void =>
    void insert.run(accessKeyId, secretAccessKey, account, createdAt);
  const made = (key: AccessKey): void => void keys.set(key.accessKeyId, kept(key));
  const select = database.prepare('SELECT * FROM access_keys WHERE id = ?');

  return {
    write,
    made,
    endAll(account) {
      for (const { key, end } of [...keys.values()].filter((each) => each.key.account === account)) {
        keys.delete(key.accessKeyId);
        end.abort();
      }
    },
    reread(accessKeyId) {
      const before = keys.get(accessKeyId);
      const row = select.get(accessKeyId);
      if (row === undefined) keys.delete(accessKeyId);
      else made(keyIn(row));
      before?.end.abort();
    },
    async key(accessKeyId) {
      const key = keys.get(accessKeyId)?.key;
      return key?.disabled === true ? undefined : key;
    },
    keysOf: async (account) => [...keys.values()].map(({ key }) => key).filter((key) => key.account === account),
    async addKey(key) {
      write(key);
      made(key);
    },
    async setKeyDisabled(accessKeyId, disabled) {
      const known = keys.get(accessKeyId);
      if (known === undefined) return false;
      update.run(disabled ? 1 : 0, accessKeyId);
      if ((known.key.disabled === true) === disabled) return true;
      const { disabled: _before, ended: _ended, ...key } = known.key;
      made(disabled ? { ...key, disabled } : key);
      known.end.abort();
      return true;
    },
    async removeKey(accessKeyId) {
      remove.run(accessKeyId);
      keys.get(accessKeyId)?.end.abort();
      return keys.delete(accessKeyId);
    },
  };
}

function kept(key: AccessKey): KeptKey {
  const end = new AbortController();
  return { key: { ...key, ended: end.signal }, end };
}

function keyIn(row: Record<string, SQLOutputValue>): AccessKey {
  return {
    accessKeyId: String(row['id']),
    secretAccessKey: String(row['secret']),
    account: String(row['account']),
    createdAt: Number(row['created_at']),
    ...(row['disabled'] === 1 ? { disabled: true as const } : {}),
  };
}
