import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { FunctionRecord } from '../model/function-record.ts';
import type { FunctionVersion } from '../model/function.ts';
import { FunctionExistsError, RevisionMismatchError } from './contract.ts';
import type { Store } from './contract.ts';

const account = '123456789012';

/** A record for tests. */
export function recordOf(name: string, changes: Partial<FunctionVersion> = {}): FunctionRecord {
  const latest = {
    account,
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:eu-west-1:${account}:function:${name}`,
    revisionId: 'first',
    runtime: 'nodejs24.x' as const,
    handler: 'index.handler',
    codeSha256: 'abc=',
    codeBytes: 10,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: { QUOTE: `'"\\\n\u0000ü` },
    description: '',
    role: 'arn:aws:iam::123456789012:role/any',
    modifiedAt: 1_700_000_000_123,
    ...changes,
  };
  return { latest, createdAt: 1, state: { status: 'Active' }, update: { status: 'Successful' }, tags: { a: 'b' } };
}

/** What every store must do. `open` opens the store of a home folder, again and again. */
export function storeConformance(name: string, open: (home: string) => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let home: string;
    let store: Store;
    beforeEach(async () => {
      home = await mkdtemp(join(tmpdir(), 'heddle-store-'));
      store = await open(home);
      await addAccount(account);
    });
    afterEach(async () => {
      await store[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    });

    const addAccount = (id: string): Promise<void> =>
      store.accounts.create(
        { id, createdAt: 5 },
        { accessKeyId: `AKIA${id}`, secretAccessKey: 'secret', account: id, createdAt: 6 },
      );

    async function reopen(): Promise<void> {
      await store[Symbol.asyncDispose]();
      store = await open(home);
    }

    test('a record is read back as it was written, also after a restart', async () => {
      const pending = { ...recordOf('pending'), state: { status: 'Pending' as const, reason: 'why' } };
      const serving = recordOf('updating', { revisionId: 'older' }).latest;
      const updating = { ...recordOf('updating'), update: { status: 'InProgress' as const, reason: 'why', serving } };
      for (const record of [recordOf('plain'), pending, updating]) {
        await store.functions.create(record);
        assert.deepEqual(await store.functions.get(account, record.latest.name), record);
      }
      await reopen();
      for (const record of [recordOf('plain'), pending, updating])
        assert.deepEqual(await store.functions.get(account, record.latest.name), record);
    });

    test('a function that is there is not made again', async () => {
      await store.functions.create(recordOf('one'));
      await assert.rejects(store.functions.create(recordOf('one', { memoryMb: 512 })), FunctionExistsError);
      assert.equal((await store.functions.get(account, 'one'))?.latest.memoryMb, 128);
    });

    test('functions of one name in two accounts are two', async () => {
      await addAccount('999999999999');
      await store.functions.create(recordOf('same'));
      assert.equal(await store.functions.get('999999999999', 'same'), undefined);
      await store.functions.create(recordOf('same', { account: '999999999999', memoryMb: 512 }));
      assert.equal((await store.functions.get(account, 'same'))?.latest.memoryMb, 128);
      await store.functions.delete(account, 'same');
      assert.equal((await store.functions.get('999999999999', 'same'))?.latest.memoryMb, 512);
      assert.deepEqual(await store.functions.list(account, '', 10), []);
    });

    test('functions are listed in order, from a name on, so many', async () => {
      for (const each of ['c', 'a', 'B', 'd']) await store.functions.create(recordOf(each));
      const names = async (after: string, limit: number): Promise<readonly string[]> =>
        (await store.functions.list(account, after, limit)).map((record) => record.latest.name);
      assert.deepEqual(await names('', 10), ['B', 'a', 'c', 'd']);
      assert.deepEqual(await names('a', 1), ['c']);
      assert.deepEqual(await names('b', 2), ['c', 'd']);
      assert.equal((await store.functions.all()).length, 4);
    });

    test('an update changes the record, for the right revision only', async () => {
      await store.functions.create(recordOf('up'));
      const change = (current: FunctionRecord): FunctionRecord => ({
        ...current,
        latest: { ...current.latest, revisionId: 'second', memoryMb: 256 },
      });
      await assert.rejects(store.functions.update(account, 'up', change, 'wrong'), RevisionMismatchError);
      assert.equal((await store.functions.get(account, 'up'))?.latest.revisionId, 'first');
      assert.equal((await store.functions.update(account, 'up', change, 'first'))?.latest.memoryMb, 256);
      await assert.rejects(store.functions.update(account, 'up', change, 'first'), RevisionMismatchError);
      assert.equal(await store.functions.update(account, 'none', change), undefined);
      await reopen();
      assert.equal((await store.functions.get(account, 'up'))?.latest.memoryMb, 256);
    });

    test('of updates at the same time with one revision, one wins', async () => {
      await store.functions.create(recordOf('race'));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          store.functions.update(
            account,
            'race',
            (current) => ({ ...current, latest: { ...current.latest, revisionId: `r${i}` } }),
            'first',
          ),
        ),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('an update that throws changes nothing', async () => {
      await store.functions.create(recordOf('kept'));
      const refuse = (): never => {
        throw new Error('no');
      };
      await assert.rejects(store.functions.update(account, 'kept', refuse), /^Error: no$/);
      assert.deepEqual(await store.functions.get(account, 'kept'), recordOf('kept'));
    });

    test('a deleted function is gone, and may be made again', async () => {
      await store.functions.create(recordOf('gone'));
      assert.equal((await store.functions.delete(account, 'gone'))?.latest.name, 'gone');
      assert.equal(await store.functions.delete(account, 'gone'), undefined);
      await reopen();
      assert.equal(await store.functions.get(account, 'gone'), undefined);
      await store.functions.create(recordOf('gone'));
    });

    test('accounts and keys are kept, and made together or not at all', async () => {
      await assert.rejects(addAccount(account));
      const key = { accessKeyId: `AKIA${account}`, secretAccessKey: 'x', account: '222222222222', createdAt: 1 };
      await assert.rejects(store.accounts.create({ id: '222222222222', createdAt: 1 }, key), 'a key that is taken');
      await reopen();
      assert.deepEqual(await store.accounts.list(), [{ id: account, createdAt: 5 }]);
      const kept = { accessKeyId: `AKIA${account}`, secretAccessKey: 'secret', account, createdAt: 6 };
      assert.deepEqual(await store.accounts.key(kept.accessKeyId), kept);
      assert.deepEqual(await store.accounts.keysOf(account), [kept]);
      assert.equal(await store.accounts.key('AKIAUNKNOWN'), undefined);
    });

    test('a home that is open cannot be opened again until it is closed', async () => {
      await assert.rejects(() => open(home), new RegExp(`process ${process.pid}\\) is using ${home}.*HEDDLE_HOME`));
      await reopen();
    });
  });
}
