import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { secretLimits } from '../../model/secrets/secret-use.ts';
import { DocumentAuxiliaryBook } from '../auxiliary/document-book.ts';
import type { Store } from '../contract.ts';
import { openSqliteStore, storeFile } from '../sqlite/open.ts';
import { TooManySecretsError } from './contract.ts';
import { DocumentSecretStore } from './document-secrets.ts';

const account = '000000000001';
const value = 'a-value-that-nobody-sees';

async function withStore(run: (store: Store, home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-secrets-'));
  const store = openSqliteStore(home);
  try {
    const key = { accessKeyId: 'AKIA', secretAccessKey: 's', account, createdAt: 2 };
    await store.accounts.create({ id: account, createdAt: 1, name: '', operator: true, limits: {} }, key);
    await run(store, home);
  } finally {
    await store[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  }
}

test('a secret among documents is encrypted, and only whoever has the key can open it', async () => {
  await withStore(async ({ documents }, home) => {
    const key = randomBytes(32);
    const secrets = new DocumentSecretStore(documents, key, () => 1_000);
    const places = [{ host: 'a.org', port: 443, scheme: 'https' as const }];
    const facts = await secrets.set(account, 'KEY', { value, places, authority: 'PEM' });
    assert.deepEqual(facts, {
      name: 'KEY',
      places,
      authority: true,
      version: 1,
      createdAt: 1_000,
      changedAt: 1_000,
      uses: 0,
    });
    assert.deepEqual(secrets.open(account, 'KEY'), { value, places, authority: 'PEM' });
    assert.equal(secrets.open('000000000002', 'KEY'), undefined);
    secrets.used(account, 'KEY', 2_000);
    assert.deepEqual(secrets.list(account), [{ ...facts, uses: 1, usedAt: 2_000 }]);
    assert.ok(!(await readFile(join(home, storeFile))).includes(value));
    const other = new DocumentSecretStore(documents, randomBytes(32), () => 0);
    assert.throws(() => other.open(account, 'KEY'));
    // What is not said anew stays.
    assert.equal((await secrets.set(account, 'KEY', { value: 'another' })).version, 2);
    assert.deepEqual(secrets.open(account, 'KEY'), { value: 'another', places, authority: 'PEM' });
    assert.deepEqual([await secrets.remove(account, 'KEY'), await secrets.remove(account, 'KEY')], [true, false]);
  });
});

test('an account has so many secrets among documents, and no more', async () => {
  await withStore(async ({ documents }) => {
    const secrets = new DocumentSecretStore(documents, randomBytes(32), () => 0);
    for (let count = 0; count < secretLimits.secretsMax; count++) await secrets.set(account, `K${count}`, { value });
    await assert.rejects(secrets.set(account, 'MORE', { value }), TooManySecretsError);
    await secrets.removeAll(account);
    assert.deepEqual(secrets.list(account), []);
  });
});

test('auxiliary services among documents are those of all, and their key is the one that came first', async () => {
  await withStore(async ({ documents }, home) => {
    const key = randomBytes(32);
    const books = [1, 2].map(() => new DocumentAuxiliaryBook(documents, account, key, { set: 'http://a' }));
    const [one, two] = books;
    assert.ok(one !== undefined && two !== undefined);
    const service = { name: 'mine', url: 'http://b', accounts: [], functions: ['f'], timeoutMs: 5 };
    await one.set(service);
    assert.deepEqual(two.get('mine'), service);
    assert.deepEqual(
      two.list().map(({ name, kept }) => [name, kept]),
      [
        ['set', false],
        ['mine', true],
      ],
    );
    assert.equal(await one.key(async () => 'first'), 'first');
    assert.equal(await two.key(async () => 'second'), 'first');
    assert.ok(!(await readFile(join(home, storeFile))).includes('first'));
    assert.deepEqual([await two.remove('mine'), await one.remove('mine')], [true, false]);
  });
});
