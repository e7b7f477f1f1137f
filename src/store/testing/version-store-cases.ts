import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alias } from '../../model/functions/alias.ts';
import { RevisionMismatchError } from '../contract.ts';
import { AliasExistsError, VersionInUseError, VersionMissingError } from '../versions-contract.ts';
import { publish } from './publish.ts';
import { recordOf, testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

const aliasOf = (name: string, alias: string, more: Partial<Alias> = {}): Alias => ({
  ...{ account, name, alias, version: '1', description: '', revisionId: 'first' },
  ...more,
});

/** What every store must do with published versions and aliases. */
export function versionStoreCases(home: StoreHome): void {
  test('a published version is kept as it was, whatever becomes of the function', async () => {
    await home.store().functions.create(recordOf('pub', { memoryMb: 128, layers: [] }));
    const first = await publish(home, 'pub');
    assert.equal(first.latest.version, '1');
    assert.equal(first.latest.arn, `${recordOf('pub').latest.arn}:1`);
    await home.store().functions.update(account, 'pub', (current) => ({
      ...current,
      latest: { ...current.latest, memoryMb: 512, revisionId: 'second' },
    }));
    const second = await publish(home, 'pub');
    for (const _ of ['before', 'after']) {
      const { versions } = home.store();
      assert.deepEqual(await versions.get(account, 'pub', 1), first);
      assert.deepEqual(await versions.list(account, 'pub', 0, 10), [first, second]);
      assert.deepEqual(await versions.list(account, 'pub', 1, 10), [second]);
      assert.deepEqual(await versions.list(account, 'pub', 0, 1), [first]);
      assert.deepEqual(await versions.all(), [first, second]);
      assert.equal(await versions.get(account, 'pub', 3), undefined);
      await home.reopen();
    }
    assert.equal((await home.store().versions.get(account, 'pub', 1))?.latest.memoryMb, 128);
  });

  test('what publishing is told of is the newest version; giving that back adds none', async () => {
    await home.store().functions.create(recordOf('same'));
    await publish(home, 'same');
    const newest = await publish(home, 'same');
    const again = await home.store().versions.publish(account, 'same', (_current, before, number) => {
      assert.deepEqual(before, newest);
      assert.equal(number, 3);
      return before ?? assert.fail();
    });
    assert.deepEqual(again, newest);
    assert.equal((await home.store().versions.list(account, 'same', 0, 10)).length, 2);
    assert.equal(await home.store().versions.publish(account, 'none', () => assert.fail()), undefined);
    const refuse = (): never => {
      throw new Error('no');
    };
    await assert.rejects(home.store().versions.publish(account, 'same', refuse), /^Error: no$/);
  });

  test('no number is given twice, not even to a function that was deleted and made again', async () => {
    await home.store().functions.create(recordOf('num'));
    await publish(home, 'num');
    await publish(home, 'num');
    assert.equal((await home.store().versions.delete(account, 'num', 2))?.number, 2);
    assert.equal(await home.store().versions.delete(account, 'num', 2), undefined);
    assert.equal((await publish(home, 'num')).number, 3);
    await home.store().functions.delete(account, 'num');
    assert.equal(await home.store().versions.get(account, 'num', 3), undefined);
    await home.reopen();
    await home.store().functions.create(recordOf('num'));
    assert.deepEqual(await home.store().versions.list(account, 'num', 0, 10), []);
    assert.equal((await publish(home, 'num')).number, 4);
  });

  test('a version’s state and shown revision change', async () => {
    await home.store().functions.create({ ...recordOf('st'), state: { status: 'Pending', reason: 'why' } });
    const pending = await publish(home, 'st');
    assert.equal(pending.state.status, 'Pending');
    const active = { ...pending, state: { status: 'Active' as const } };
    const { versions } = home.store();
    assert.deepEqual(
      await versions.amend(account, 'st', 1, (current) => ({ ...current, state: active.state })),
      active,
    );
    const shown = { ...active, shownRevisionId: 'other', guarded: true as const };
    assert.deepEqual(await versions.amend(account, 'st', 1, () => shown), shown);
    await home.reopen();
    assert.deepEqual(await home.store().versions.get(account, 'st', 1), shown);
    assert.equal(await home.store().versions.amend(account, 'st', 2, () => shown), undefined);
  });

  test('aliases are kept, listed by name and version, changed and deleted', async () => {
    await home.store().functions.create(recordOf('al'));
    for (let i = 0; i < 3; i++) await publish(home, 'al');
    const [live, next, top] = [
      aliasOf('al', 'live', { routing: { version: '2', weight: 0.25 }, description: 'd', guarded: true }),
      aliasOf('al', 'next', { version: '2' }),
      aliasOf('al', 'Top', { version: '$LATEST' }),
    ];
    for (const alias of [live, next, top]) await home.store().aliases.create(alias);
    await assert.rejects(home.store().aliases.create(next), AliasExistsError);
    for (const _ of ['before', 'after']) {
      const { aliases } = home.store();
      assert.deepEqual(await aliases.get(account, 'al', 'live'), live);
      assert.equal(await aliases.get(account, 'al', 'none'), undefined);
      assert.equal(await aliases.get(account, 'none', 'live'), undefined);
      assert.deepEqual(await aliases.list(account, 'al', '', 10), [top, live, next]);
      assert.deepEqual(await aliases.list(account, 'al', 'Top', 1), [live]);
      assert.deepEqual(await aliases.list(account, 'al', '', 10, '2'), [live, next]);
      await home.reopen();
    }
    const move = (current: Alias): Alias => ({ ...current, version: '3', revisionId: 'second' });
    const { aliases } = home.store();
    await assert.rejects(aliases.update(account, 'al', 'next', move, 'wrong'), RevisionMismatchError);
    assert.equal((await aliases.update(account, 'al', 'next', move, 'first'))?.version, '3');
    assert.equal(await aliases.update(account, 'al', 'none', move), undefined);
    assert.deepEqual(await aliases.delete(account, 'al', 'live'), live);
    assert.equal(await aliases.delete(account, 'al', 'live'), undefined);
    await home.reopen();
    assert.equal((await home.store().aliases.get(account, 'al', 'next'))?.version, '3');
    assert.equal(await home.store().aliases.get(account, 'al', 'live'), undefined);
  });

  test('an alias leads to versions that are there, and holds them', async () => {
    await home.store().functions.create(recordOf('held'));
    await publish(home, 'held');
    await publish(home, 'held');
    const { aliases, versions } = home.store();
    await assert.rejects(aliases.create(aliasOf('held', 'no', { version: '9' })), VersionMissingError);
    await assert.rejects(
      aliases.create(aliasOf('held', 'no', { routing: { version: '9', weight: 0.1 } })),
      VersionMissingError,
    );
    await assert.rejects(aliases.create(aliasOf('none', 'no', { version: '$LATEST' })), VersionMissingError);
    await aliases.create(aliasOf('held', 'live', { routing: { version: '2', weight: 0.1 } }));
    const away = (current: Alias): Alias => ({ ...current, version: '9' });
    await assert.rejects(aliases.update(account, 'held', 'live', away), VersionMissingError);
    for (const number of [1, 2]) await assert.rejects(versions.delete(account, 'held', number), VersionInUseError);
    await aliases.delete(account, 'held', 'live');
    assert.equal((await versions.delete(account, 'held', 1))?.number, 1);
  });

  test('aliases go with their function', async () => {
    await home.store().functions.create(recordOf('bye'));
    await home.store().aliases.create(aliasOf('bye', 'live', { version: '$LATEST' }));
    await home.store().functions.delete(account, 'bye');
    assert.equal(await home.store().aliases.get(account, 'bye', 'live'), undefined);
    await home.reopen();
    await home.store().functions.create(recordOf('bye'));
    assert.deepEqual(await home.store().aliases.list(account, 'bye', '', 10), []);
  });
}
