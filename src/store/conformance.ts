import { describe } from 'node:test';
import type { Store } from './contract.ts';
import { accountStoreCases } from './testing/account-store-cases.ts';
import { documentStoreCases } from './testing/document-store-cases.ts';
import { functionStoreCases } from './testing/function-store-cases.ts';
import { settingsStoreCases } from './testing/settings-store-cases.ts';
import { storeHome } from './testing/store-home.ts';
import { versionStoreCases } from './testing/version-store-cases.ts';

/** What every store must do; a store is whatever passes. `open` opens the store of a home folder, again and again. */
export function storeConformance(name: string, open: (home: string) => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    const home = storeHome(open);
    functionStoreCases(home);
    versionStoreCases(home);
    settingsStoreCases(home);
    accountStoreCases(home);
    documentStoreCases(home);
  });
}
