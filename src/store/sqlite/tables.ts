import type { DatabaseSync } from 'node:sqlite';
import type { Store } from '../contract.ts';
import { sqliteAccounts } from './accounts.ts';
import { sqliteAliases } from './aliases.ts';
import type { ChangedRow } from '../changes-contract.ts';
import { sqliteDocuments } from './documents.ts';
import { sqliteFunctions } from './functions.ts';
import { sqliteLayers } from './layers.ts';
import { sqliteSettings } from './settings.ts';
import { sqliteVersions } from './versions.ts';

/** The parts of a store in one database. */
export interface SqliteTables extends Omit<Store, typeof Symbol.asyncDispose> {
  /** Takes rows as the database has them, which another connection has changed, or which were changed and taken back. */
  reread(rows: readonly ChangedRow[]): void;
}

/** The parts of a store in a database, with what they keep in memory. */
export function sqliteTables(database: DatabaseSync): SqliteTables {
  const settings = sqliteSettings(database);
  const documents = sqliteDocuments(database);
  const aliases = sqliteAliases(database, settings);
  const versions = sqliteVersions(database, settings, aliases);
  const forget = (account: string, name: string): void => {
    for (const table of [versions, aliases, settings]) table.forget(account, name);
  };
  const functions = sqliteFunctions(database, forget);
  const accounts = sqliteAccounts(database, (account) => documents.forget(account));
  const layers = sqliteLayers(database);
  return {
    functions,
    versions,
    aliases,
    settings,
    documents,
    accounts,
    layers,
    reread(rows) {
      for (const row of rows) {
        const [first = '', second = '', third = '', fourth = ''] = row.key;
        if (row.table === 'functions') functions.reread(first, second);
        else if (row.table === 'versions') versions.reread(first, second, Number(third));
        else if (row.table === 'aliases') aliases.reread(first, second, third);
        else if (row.table === 'settings') settings.reread(first, second, third, fourth);
        else if (row.table === 'documents') documents.reread(first, second, third);
        else if (row.table === 'accounts') accounts.reread(first);
        else if (row.table === 'access_keys') accounts.rereadKey(first);
      }
    },
  };
}
