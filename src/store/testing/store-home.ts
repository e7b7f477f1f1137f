import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import type { Store } from '../contract.ts';
import { testAccount } from './record-of.ts';

/** A home folder with an open store in it, new for each test. */
export interface StoreHome {
  readonly path: () => string;
  readonly store: () => Store;
  /** Opens it once more. */
  readonly open: () => Promise<Store>;
  /** Closes it and opens it again, as a restart does. */
  readonly reopen: () => Promise<void>;
  readonly addAccount: (id: string) => Promise<void>;
}

/** Gives every test of the surrounding suite a home, with the account {@link testAccount}. */
export function storeHome(open: (home: string) => Promise<Store>): StoreHome {
  let path: string;
  let store: Store;
  const addAccount = (id: string): Promise<void> =>
    store.accounts.create(
      { id, createdAt: 5, name: '', operator: false, limits: {} },
      { accessKeyId: `AKIA${id}`, secretAccessKey: 'secret', account: id, createdAt: 6 },
    );
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'heddle-store-'));
    store = await open(path);
    await addAccount(testAccount);
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await rm(path, { recursive: true, force: true });
  });
  return {
    path: () => path,
    store: () => store,
    open: () => open(path),
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await open(path);
    },
    addAccount,
  };
}
