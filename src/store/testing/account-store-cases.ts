import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

/** What every store must do with accounts, and with its home. */
export function accountStoreCases(home: StoreHome): void {
  test('accounts and keys are kept, and made together or not at all', async () => {
    await assert.rejects(home.addAccount(account));
    const key = { accessKeyId: `AKIA${account}`, secretAccessKey: 'x', account: '222222222222', createdAt: 1 };
    await assert.rejects(
      home.store().accounts.create({ id: '222222222222', createdAt: 1 }, key),
      'a key that is taken',
    );
    await home.reopen();
    assert.deepEqual(await home.store().accounts.list(), [{ id: account, createdAt: 5 }]);
    const kept = { accessKeyId: `AKIA${account}`, secretAccessKey: 'secret', account, createdAt: 6 };
    assert.deepEqual(await home.store().accounts.key(kept.accessKeyId), kept);
    assert.deepEqual(await home.store().accounts.keysOf(account), [kept]);
    assert.equal(await home.store().accounts.key('AKIAUNKNOWN'), undefined);
  });

  test('a home that is open cannot be opened again until it is closed', async () => {
    await assert.rejects(
      () => home.open(),
      new RegExp(`process ${process.pid}\\) is using ${home.path()}.*HEDDLE_HOME`),
    );
    await home.reopen();
  });
}
