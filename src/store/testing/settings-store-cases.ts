import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FunctionMissingError } from '../settings-contract.ts';
import { recordOf, testAccount as account } from './record-of.ts';
import { publish } from './publish.ts';
import type { StoreHome } from './store-home.ts';

/** What every store must do with settings. */
export function settingsStoreCases(home: StoreHome): void {
  test('settings are kept by qualifier and kind, replaced and deleted, also over a restart', async () => {
    await home.store().functions.create(recordOf('set'));
    const url = { cors: { origins: ['*'], maxAge: 5 }, since: null };
    await home.store().settings.put(account, 'set', '', 'url', { first: true });
    await home.store().settings.put(account, 'set', '', 'url', url);
    await home.store().settings.put(account, 'set', 'live', 'url', { alias: 1 });
    await home.store().settings.put(account, 'set', '$LATEST', 'policy', {});
    for (const _ of ['before', 'after']) {
      const { settings } = home.store();
      assert.deepEqual(settings.get(account, 'set', '', 'url'), url);
      assert.equal(settings.get(account, 'set', '', 'url'), settings.get(account, 'set', '', 'url'));
      assert.equal(settings.get(account, 'set', '', 'policy'), undefined);
      assert.equal(settings.get(account, 'other', '', 'url'), undefined);
      assert.deepEqual(settings.list(account, 'set', 'url'), [
        { account, name: 'set', qualifier: '', kind: 'url', document: url },
        { account, name: 'set', qualifier: 'live', kind: 'url', document: { alias: 1 } },
      ]);
      await home.reopen();
    }
    assert.deepEqual(await home.store().settings.delete(account, 'set', 'live', 'url'), { alias: 1 });
    assert.equal(await home.store().settings.delete(account, 'set', 'live', 'url'), undefined);
    await home.reopen();
    assert.equal(home.store().settings.list(account, 'set', 'url').length, 1);
  });

  test('settings of one kind are found over all functions and accounts', async () => {
    await home.addAccount('999999999999');
    await home.store().functions.create(recordOf('a'));
    await home.store().functions.create(recordOf('a', { account: '999999999999' }));
    await home.store().settings.put(account, 'a', '', 'url', { of: 1 });
    await home.store().settings.put('999999999999', 'a', '', 'url', { of: 2 });
    await home.store().settings.put(account, 'a', '', 'policy', {});
    const all = home.store().settings.all('url');
    assert.deepEqual(new Set(all.map(({ document }) => document['of'])), new Set([1, 2]));
  });

  test('settings go with their function, and cannot be put of one that is not there', async () => {
    await home.store().functions.create(recordOf('goes'));
    await home.store().settings.put(account, 'goes', '', 'url', {});
    await home.store().functions.delete(account, 'goes');
    assert.equal(home.store().settings.get(account, 'goes', '', 'url'), undefined);
    await assert.rejects(home.store().settings.put(account, 'goes', '', 'url', {}), FunctionMissingError);
    await home.reopen();
    assert.deepEqual(home.store().settings.all('url'), []);
    await home.store().functions.create(recordOf('goes'));
    assert.equal(home.store().settings.get(account, 'goes', '', 'url'), undefined);
  });

  test('settings go with the version or alias that they are of', async () => {
    await home.store().functions.create(recordOf('part'));
    await publish(home, 'part');
    const alias = { account, name: 'part', alias: 'live', version: '1', description: '', revisionId: 'r' };
    await home.store().aliases.create(alias);
    for (const qualifier of ['', '1', 'live'])
      await home.store().settings.put(account, 'part', qualifier, 'policy', {});
    await home.store().aliases.delete(account, 'part', 'live');
    await home.store().versions.delete(account, 'part', 1);
    for (const _ of ['before', 'after']) {
      const left = home.store().settings.list(account, 'part', 'policy');
      assert.deepEqual(
        left.map(({ qualifier }) => qualifier),
        [''],
      );
      await home.reopen();
    }
  });
}
