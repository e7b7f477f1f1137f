import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountStore } from '../contract.ts';
import { recordOf, testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

/** What every store must do with accounts, and with its home. */
export function accountStoreCases(home: StoreHome): void {
  const bare = { createdAt: 5, name: '', operator: false, limits: {} };
  const kept = { accessKeyId: `AKIA${account}`, secretAccessKey: 'secret', account, createdAt: 6 };
  const accounts = (): AccountStore => home.store().accounts;
  const goodKey = async (): Promise<unknown> => {
    const { ended, ...key } = (await accounts().key(kept.accessKeyId)) ?? {};
    assert.equal(ended?.aborted, false);
    return key;
  };

  test('accounts and keys are kept, and made together or not at all', async () => {
    await assert.rejects(home.addAccount(account));
    const taken = { ...kept, account: '222222222222' };
    await assert.rejects(accounts().create({ ...bare, id: '222222222222' }, taken), 'a key that is taken');
    await home.reopen();
    assert.deepEqual(await accounts().list(), [{ ...bare, id: account }]);
    assert.deepEqual(await goodKey(), kept);
    assert.equal((await accounts().keysOf(account)).length, 1);
    assert.equal(await accounts().key('AKIAUNKNOWN'), undefined);
  });

  test('no two accounts have one name, and one at most is the operator’s', async () => {
    const add = (id: string, name: string, operator: boolean): Promise<void> =>
      accounts().create(
        { ...bare, id, name, operator },
        { accessKeyId: `AKIA${id}`, secretAccessKey: 'x', account: id, createdAt: 7 },
      );
    await add('222222222222', 'one', true);
    await assert.rejects(add('333333333333', 'one', false), /UNIQUE/);
    await assert.rejects(add('333333333333', 'two', true), /UNIQUE/);
    assert.equal((await accounts().list()).length, 2);
  });

  test('limits are kept and asked for from memory', async () => {
    assert.deepEqual(accounts().limitsOf(account), {});
    await accounts().setLimits(account, { concurrency: 3, codeBytes: 1e12 });
    assert.deepEqual(accounts().limitsOf(account), { concurrency: 3, codeBytes: 1e12 });
    await home.reopen();
    assert.deepEqual(accounts().limitsOf(account), { concurrency: 3, codeBytes: 1e12 });
    assert.deepEqual(accounts().limitsOf('none'), {});
  });

  test('a key that is disabled or removed ends at once, and an enabled one is good again', async () => {
    const second = { ...kept, accessKeyId: 'AKIASECOND', createdAt: 9 };
    await accounts().addKey(second);
    assert.deepEqual(
      (await accounts().keysOf(account)).map(({ accessKeyId }) => accessKeyId),
      [kept.accessKeyId, second.accessKeyId],
    );
    const ended = (await accounts().key(kept.accessKeyId))?.ended;
    assert.equal(await accounts().setKeyDisabled(kept.accessKeyId, true), true);
    assert.equal(ended?.aborted, true);
    assert.equal(await accounts().key(kept.accessKeyId), undefined);
    await home.reopen();
    assert.equal(await accounts().key(kept.accessKeyId), undefined);
    assert.equal((await accounts().keysOf(account))[0]?.disabled, true);
    await accounts().setKeyDisabled(kept.accessKeyId, false);
    assert.deepEqual(await goodKey(), kept);
    const other = (await accounts().key(second.accessKeyId))?.ended;
    assert.equal(await accounts().removeKey(second.accessKeyId), true);
    assert.equal(other?.aborted, true);
    assert.equal(await accounts().removeKey(second.accessKeyId), false);
    assert.equal(await accounts().setKeyDisabled(second.accessKeyId, true), false);
  });

  test('an account goes with its keys, when nothing else of it is left', async () => {
    await home.store().functions.create(recordOf('f'));
    await assert.rejects(accounts().remove(account), /FOREIGN KEY/);
    const ended = (await accounts().key(kept.accessKeyId))?.ended;
    assert.equal(ended?.aborted, false, 'nothing has happened');
    await home.store().functions.delete(account, 'f');
    await accounts().remove(account);
    assert.equal(ended?.aborted, true);
    await home.reopen();
    assert.deepEqual(await accounts().list(), []);
    assert.equal(await accounts().key(kept.accessKeyId), undefined);
  });

  test('a home that is open cannot be opened again until it is closed', async () => {
    await assert.rejects(
      () => home.open(),
      new RegExp(`process ${process.pid}\\) is using ${home.path()}.*HEDDLE_HOME`),
    );
    await home.reopen();
  });
}
