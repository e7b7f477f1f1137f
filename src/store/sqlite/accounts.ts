import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { accountLimitNames, type AccountLimits } from '../../model/accounts/account-limits.ts';
import type { Account, AccountStore } from '../contract.ts';
import { sqliteKeys } from './access-keys.ts';
import { inTransaction } from './of-functions.ts';
import { number, object } from './values.ts';

const unlimited: AccountLimits = {};
/** What belongs to an account that has no functions and no layers any more. */
const belongings = [
  'DELETE FROM documents WHERE account = ?',
  'DELETE FROM layers WHERE account = ?',
  'DELETE FROM last_versions WHERE account = ?',
  'DELETE FROM access_keys WHERE account = ?',
  'DELETE FROM accounts WHERE id = ?',
];

/** Accounts in SQLite, and beside the contract what a change by another connection needs. */
export interface SqliteAccounts extends AccountStore {
  reread(account: string): void;
  rereadKey(accessKeyId: string): void;
}

/** Accounts in SQLite, with their keys; all of them are in memory, too: they are few, and their limits are looked up for every request. `removed` is told of each that goes. */
export function sqliteAccounts(database: DatabaseSync, removed: (account: string) => void): SqliteAccounts {
  const insert = database.prepare(
    'INSERT INTO accounts (id, created_at, name, operator, limits) VALUES (?, ?, ?, ?, ?)',
  );
  const updateLimits = database.prepare('UPDATE accounts SET limits = ? WHERE id = ?');
  const removal = belongings.map((statement) => database.prepare(statement));
  const rows = database.prepare('SELECT * FROM accounts ORDER BY created_at, id').all();
  const accounts = new Map(rows.map(accountIn).map((account) => [account.id, account]));
  const keys = sqliteKeys(database);
  const select = database.prepare('SELECT * FROM accounts WHERE id = ?');

  return {
    ...keys,
    reread(id) {
      const row = select.get(id);
      if (row === undefined) accounts.delete(id);
      else accounts.set(id, accountIn(row));
    },
    rereadKey: (accessKeyId) => keys.reread(accessKeyId),
    async create(account, key) {
      const { id, createdAt, name, operator, limits } = account;
      inTransaction(database, () => {
        insert.run(id, createdAt, name, operator ? 1 : 0, JSON.stringify(limits));
        keys.write(key);
      });
      accounts.set(id, account);
      keys.made(key);
    },
    list: async () => [...accounts.values()],
    limitsOf: (account) => accounts.get(account)?.limits ?? unlimited,
    async setLimits(id, limits) {
      const account = accounts.get(id);
      if (account === undefined) return;
      updateLimits.run(JSON.stringify(limits), id);
      accounts.set(id, { ...account, limits });
    },
    async remove(id) {
      inTransaction(database, () => {
        for (const statement of removal) statement.run(id);
      });
      accounts.delete(id);
      removed(id);
      keys.endAll(id);
    },
  };
}

function accountIn(row: Record<string, SQLOutputValue>): Account {
  return {
    id: String(row['id']),
    createdAt: Number(row['created_at']),
    name: String(row['name']),
    operator: row['operator'] === 1,
    limits: limitsIn(object(JSON.parse(String(row['limits'])))),
  };
}

function limitsIn(from: Readonly<Record<string, unknown>>): AccountLimits {
  const named = accountLimitNames.filter((name) => from[name] !== undefined);
  return Object.fromEntries(named.map((name) => [name, number(from[name])]));
}
