import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

/** What every store must do with documents of accounts. */
export function documentStoreCases(home: StoreHome): void {
  test('documents are kept by account, kind and name, replaced and deleted, also over a restart', async () => {
    await home.store().documents.put(account, 'policy', 'b', { first: true });
    await home.store().documents.put(account, 'policy', 'b', { since: null, list: ['x'] });
    await home.store().documents.put(account, 'policy', 'a', {});
    await home.store().documents.put(account, 'role', 'b', { of: 'role' });
    for (const _ of ['before', 'after']) {
      const { documents } = home.store();
      assert.deepEqual(documents.get(account, 'policy', 'b'), { since: null, list: ['x'] });
      assert.equal(documents.get(account, 'role', 'a'), undefined);
      const names = documents.list(account, 'policy').map(({ name }) => name);
      assert.deepEqual([names, documents.count(account, 'policy')], [['a', 'b'], 2]);
      assert.equal(documents.all('role').length, 1);
      await home.reopen();
    }
    assert.deepEqual(await home.store().documents.delete(account, 'role', 'b'), { of: 'role' });
    assert.equal(await home.store().documents.delete(account, 'role', 'b'), undefined);
    await home.reopen();
    assert.deepEqual(home.store().documents.all('role'), []);
  });

  test('documents go with their account', async () => {
    await home.addAccount('999999999999');
    await home.store().documents.put('999999999999', 'policy', 'a', {});
    await home.store().accounts.remove('999999999999');
    for (const _ of ['before', 'after']) {
      assert.equal(home.store().documents.get('999999999999', 'policy', 'a'), undefined);
      await home.reopen();
    }
  });
}
