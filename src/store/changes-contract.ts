/** Tables of a store, and their primary keys. */
export const storeTables = {
  accounts: ['id'],
  access_keys: ['id'],
  functions: ['account', 'name'],
  layers: ['account', 'name'],
  layer_versions: ['account', 'name', 'version'],
  last_versions: ['account', 'name'],
  versions: ['account', 'name', 'number'],
  aliases: ['account', 'name', 'alias'],
  settings: ['account', 'name', 'qualifier', 'kind'],
  documents: ['account', 'kind', 'name'],
} as const;

/** The name of a table of a store's. */
export type StoreTable = keyof typeof storeTables;

/** A row that was added, changed or deleted, by its table and its primary key, in the order of {@link storeTables}. */
export interface ChangedRow {
  readonly table: StoreTable;
  readonly key: readonly string[];
}

/** Another host changed something between the moment at which it was read here and the moment at which it was to be written. */
export class ChangedElsewhereError extends Error {
  override readonly name = 'ChangedElsewhereError';
}
