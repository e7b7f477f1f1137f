import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionRecord } from '../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { FunctionExistsError, RevisionMismatchError } from '../contract.ts';
import { recordOf, testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

/** All that a function may have and need not: one that is new has to be put here, and is then known to be kept. But what bounds it as it runs, and portions, which are threads. */
const everyMember: Required<Omit<FunctionVersion, RequiredMember | 'policy' | 'hasRole' | 'portion'>> = {
  layers: [{ arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:one:1', sha256: 'def=', zipBytes: 5, bytes: 20 }],
  environmentShown: true,
  deadLetter: 'arn:aws:sqs:eu-west-1:123456789012:dead',
  tracing: 'Active',
  logging: { format: 'JSON', applicationLevel: 'DEBUG', systemLevel: 'WARN', group: '/mine' },
  storageMb: 1_024,
  vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1', 'sg-2'] },
  egress: 'public db.lan:5432',
  egressWithin: ['', 'db.lan'],
  secrets: [
    {
      secret: 'STRIPE',
      variable: 'KEY',
      host: 'api.example.org',
      port: 443,
      scheme: 'https',
      header: 'authorization',
      value: 'Bearer ${STRIPE}',
      query: true,
    },
  ],
  tenancy: 'PER_TENANT',
  capacity: { kind: 'variable', ceiling: 5 },
  durable: { timeoutSeconds: 900, retentionDays: 14 },
  apart: true,
  policies: ['readers', 'small'],
};
type RequiredMember = {
  [K in keyof FunctionVersion]-?: undefined extends FunctionVersion[K] ? never : K;
}[keyof FunctionVersion];

/** What every store must do with functions. */
export function functionStoreCases(home: StoreHome): void {
  test('a record is read back as it was written, also after a restart', async () => {
    const pending = { ...recordOf('pending'), state: { status: 'Pending' as const, reason: 'why' } };
    const serving = recordOf('updating', { revisionId: 'older' }).latest;
    const updating = { ...recordOf('updating'), update: { status: 'InProgress' as const, reason: 'why', serving } };
    const whole = { ...recordOf('whole', everyMember), shownRevisionId: 'shown', guarded: true as const };
    const records = [recordOf('plain'), whole, pending, updating];
    for (const record of records) {
      await home.store().functions.create(record);
      assert.deepEqual(await home.store().functions.get(account, record.latest.name), record);
    }
    await home.reopen();
    for (const record of records)
      assert.deepEqual(await home.store().functions.get(account, record.latest.name), record);
  });

  test('a function that is there is not made again', async () => {
    await home.store().functions.create(recordOf('one'));
    await assert.rejects(home.store().functions.create(recordOf('one', { memoryMb: 512 })), FunctionExistsError);
    assert.equal((await home.store().functions.get(account, 'one'))?.latest.memoryMb, 128);
  });

  test('functions of one name in two accounts are two', async () => {
    await home.addAccount('999999999999');
    await home.store().functions.create(recordOf('same'));
    assert.equal(await home.store().functions.get('999999999999', 'same'), undefined);
    await home.store().functions.create(recordOf('same', { account: '999999999999', memoryMb: 512 }));
    assert.equal((await home.store().functions.get(account, 'same'))?.latest.memoryMb, 128);
    await home.store().functions.delete(account, 'same');
    assert.equal((await home.store().functions.get('999999999999', 'same'))?.latest.memoryMb, 512);
    assert.deepEqual(await home.store().functions.list(account, '', 10), []);
  });

  test('functions are listed in order, from a name on, so many', async () => {
    for (const each of ['c', 'a', 'B', 'd']) await home.store().functions.create(recordOf(each));
    const names = async (after: string, limit: number): Promise<readonly string[]> =>
      (await home.store().functions.list(account, after, limit)).map((record) => record.latest.name);
    assert.deepEqual(await names('', 10), ['B', 'a', 'c', 'd']);
    assert.deepEqual(await names('a', 1), ['c']);
    assert.deepEqual(await names('b', 2), ['c', 'd']);
    assert.equal((await home.store().functions.all()).length, 4);
  });

  test('an update changes the record, for the right revision only', async () => {
    await home.store().functions.create(recordOf('up'));
    const change = (current: FunctionRecord): FunctionRecord => ({
      ...current,
      latest: { ...current.latest, revisionId: 'second', memoryMb: 256 },
    });
    await assert.rejects(home.store().functions.update(account, 'up', change, 'wrong'), RevisionMismatchError);
    assert.equal((await home.store().functions.get(account, 'up'))?.latest.revisionId, 'first');
    assert.equal((await home.store().functions.update(account, 'up', change, 'first'))?.latest.memoryMb, 256);
    await assert.rejects(home.store().functions.update(account, 'up', change, 'first'), RevisionMismatchError);
    assert.equal(await home.store().functions.update(account, 'none', change), undefined);
    await home.store().functions.update(account, 'up', (current) => ({ ...current, shownRevisionId: 'shown' }));
    await assert.rejects(home.store().functions.update(account, 'up', change, 'second'), RevisionMismatchError);
    await home.store().functions.update(account, 'up', change, 'shown');
    await home.reopen();
    assert.equal((await home.store().functions.get(account, 'up'))?.latest.memoryMb, 256);
  });

  test('of updates at the same time with one revision, one wins', async () => {
    await home.store().functions.create(recordOf('race'));
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        home
          .store()
          .functions.update(
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
    await home.store().functions.create(recordOf('kept'));
    const refuse = (): never => {
      throw new Error('no');
    };
    await assert.rejects(home.store().functions.update(account, 'kept', refuse), /^Error: no$/);
    assert.deepEqual(await home.store().functions.get(account, 'kept'), recordOf('kept'));
  });

  test('a deleted function is gone, and may be made again', async () => {
    await home.store().functions.create(recordOf('gone'));
    assert.equal((await home.store().functions.delete(account, 'gone'))?.latest.name, 'gone');
    assert.equal(await home.store().functions.delete(account, 'gone'), undefined);
    await home.reopen();
    assert.equal(await home.store().functions.get(account, 'gone'), undefined);
    await home.store().functions.create(recordOf('gone'));
  });
}
