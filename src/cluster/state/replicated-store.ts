import type { FunctionRecord } from '../../model/functions/function-record.ts';
import type { PublishedVersion } from '../../model/functions/published-version.ts';
import { ChangedElsewhereError } from '../../store/changes-contract.ts';
import type { Store } from '../../store/contract.ts';
import type { LogPosition } from '../contract.ts';
import type { SettingsDocument } from '../../store/settings-contract.ts';
import type { SqliteTables } from '../../store/sqlite/tables.ts';
import { checkKeptCode } from './kept-code.ts';
import type { Mirror } from './mirror.ts';
import type { Replica } from './replica.ts';

/**
 * A store whose changes are the cluster's: what reads is answered by the mirror, what writes is written to the log, and true on all hosts when it resolves (`allHave`). What another host is
 * about to tell somebody may not be here yet; but that something is not there, or a function not ready yet, is said only when the mirror has all that the cluster had: who has waited for it at one host
 * may call it at the next.
 */
export function replicatedStore(
  mirror: Mirror,
  replica: Replica,
  allHave: AllHave = async () => undefined,
): Omit<Store, typeof Symbol.asyncDispose> {
  const { served } = mirror;
  const write = writing(mirror, replica, allHave);
  const found = async <Result>(
    read: () => Promise<Result | undefined>,
    isLast: (result: Result) => boolean = () => true,
  ): Promise<Result | undefined> => {
    const there = await read();
    if (there !== undefined && isLast(there)) return there;
    await replica.caughtUp();
    return await read();
  };
  return {
    functions: {
      ...served.functions,
      get: (...which) => found(() => served.functions.get(...which), isSettled),
      create: (record) =>
        write(async (store) => {
          await store.functions.create(record);
          await checkKeptCode(store, record.latest.account, record.latest.codeBytes);
        }),
      update: (account, name, ...change) =>
        write(async (store) => {
          const before = await store.functions.get(account, name);
          const record = await store.functions.update(account, name, ...change);
          await checkKeptCode(store, account, sizeOf(record) - sizeOf(before));
          return record;
        }),
      delete: (...which) => write(({ functions }) => functions.delete(...which)),
    },
    versions: {
      ...served.versions,
      get: (...which) => found(() => served.versions.get(...which), isSettled),
      publish: (account, name, make) =>
        write(async (store) => {
          let newest: PublishedVersion | undefined;
          const version = await store.versions.publish(account, name, (current, before, number) =>
            make(current, (newest = before), number),
          );
          if (version !== newest) await checkKeptCode(store, account, sizeOf(version));
          return version;
        }),
      amend: (...what) => write(({ versions }) => versions.amend(...what)),
      delete: (...which) => write(({ versions }) => versions.delete(...which)),
    },
    aliases: {
      ...served.aliases,
      ...aliasesWritten(write),
      get: (...which) => found(() => served.aliases.get(...which)),
    },
    layers: {
      ...served.layers,
      get: (...which) => found(() => served.layers.get(...which)),
      publish: (account, name, make) =>
        write(async (store) => {
          const layer = await store.layers.publish(account, name, make);
          await checkKeptCode(store, account, layer.zipBytes);
          return layer;
        }),
      replace: (layer) => write(({ layers }) => layers.replace(layer)),
      delete: (...which) => write(({ layers }) => layers.delete(...which)),
    },
    accounts: {
      ...served.accounts,
      key: (accessKeyId) => found(() => served.accounts.key(accessKeyId)),
      create: (...what) => write(({ accounts }) => accounts.create(...what)),
      setLimits: (...what) => write(({ accounts }) => accounts.setLimits(...what)),
      remove: (account) => write(({ accounts }) => accounts.remove(account)),
      addKey: (key) => write(({ accounts }) => accounts.addKey(key)),
      setKeyDisabled: (...which) => write(({ accounts }) => accounts.setKeyDisabled(...which)),
      removeKey: (key) => write(({ accounts }) => accounts.removeKey(key)),
    },
    ...documentsAsRead(served, write),
  };
}

type AllHave = (position: LogPosition) => Promise<void>;

/** What is changed is told to nobody before all hosts have it. */
function writing(mirror: Mirror, replica: Replica, allHave: AllHave): Write {
  return async (method) => {
    const before = mirror.position;
    const result = await replica.write(method);
    if (mirror.position > before) await allHave(mirror.position);
    return result;
  };
}

function isSettled({ state, update }: FunctionRecord): boolean {
  return state.status !== 'Pending' && update.status !== 'InProgress';
}

function sizeOf(record: Pick<FunctionRecord, 'latest'> | undefined): number {
  return record?.latest.codeBytes ?? 0;
}

/** What changes aliases. */
function aliasesWritten(write: Write): Pick<Store['aliases'], 'create' | 'delete' | 'update'> {
  return {
    create: (alias) => write(({ aliases }) => aliases.create(alias)),
    update: (...what) => write(({ aliases }) => aliases.update(...what)),
    delete: (...which) => write(({ aliases }) => aliases.delete(...which)),
  };
}

type Write = <Result>(method: (store: SqliteTables) => Promise<Result>) => Promise<Result>;

/** Whoever puts a document may have read it just before, and nothing may have changed it since: what holds by itself on one host is checked on many. */
function documentsAsRead({ settings, documents }: SqliteTables, write: Write): Pick<Store, 'settings' | 'documents'> {
  return {
    settings: {
      ...settings,
      put: (account, name, qualifier, kind, document) => {
        const seen = settings.get(account, name, qualifier, kind);
        return write(async (store) => {
          checkSame(seen, store.settings.get(account, name, qualifier, kind));
          await store.settings.put(account, name, qualifier, kind, document);
        });
      },
      delete: (account, name, qualifier, kind) => {
        const seen = settings.get(account, name, qualifier, kind);
        return write(async (store) => {
          checkSame(seen, store.settings.get(account, name, qualifier, kind));
          return await store.settings.delete(account, name, qualifier, kind);
        });
      },
    },
    documents: {
      ...documents,
      put: (account, kind, name, document) => {
        const seen = documents.get(account, kind, name);
        return write(async (store) => {
          checkSame(seen, store.documents.get(account, kind, name));
          await store.documents.put(account, kind, name, document);
        });
      },
      delete: (account, kind, name) => {
        const seen = documents.get(account, kind, name);
        return write(async (store) => {
          checkSame(seen, store.documents.get(account, kind, name));
          return await store.documents.delete(account, kind, name);
        });
      },
    },
  };
}

function checkSame(seen: SettingsDocument | undefined, found: SettingsDocument | undefined): void {
  if (JSON.stringify(seen) === JSON.stringify(found)) return;
  throw new ChangedElsewhereError(
    'This was changed at the same time, by another request or on another host. Look at it again, and try again.',
  );
}
