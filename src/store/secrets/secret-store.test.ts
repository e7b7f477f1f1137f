import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { secretLimits } from '../../model/secrets/secret-use.ts';
import { TooManySecretsError } from './contract.ts';
import { FileSecretStore } from './secret-store.ts';

const account = '000000000001';
const value = 'a-value-that-nobody-sees';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-secrets-'));
  try {
    await run(join(home, 'secrets'));
  } finally {
    await rm(home, { recursive: true });
  }
}

test('a secret is kept encrypted, for its owner only, and is there after a restart', async () => {
  await inFolder(async (folder) => {
    const store = new FileSecretStore(folder, () => 1_000);
    assert.deepEqual(store.list(account), []);
    const places = [{ host: 'a.org', port: 443, scheme: 'https' as const }];
    await store.set(account, 'KEY', { value, places, authority: 'PEM' });
    const expected = { value, places, authority: 'PEM' };
    assert.deepEqual(store.open(account, 'KEY'), expected);
    assert.equal(store.open('000000000002', 'KEY'), undefined);
    store.used(account, 'KEY', 2_000);
    const facts = {
      name: 'KEY',
      places,
      authority: true,
      version: 1,
      createdAt: 1_000,
      changedAt: 1_000,
      uses: 1,
      usedAt: 2_000,
    };
    assert.deepEqual(store.list(account), [facts]);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      assert.ok(!(await readFile(path)).includes(value));
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    }
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    const again = new FileSecretStore(folder, () => 3_000);
    assert.deepEqual(again.open(account, 'KEY'), expected);
    // What is not said anew stays; what was sealed before is no other's.
    assert.equal((await again.set(account, 'KEY', { value: 'another-value' })).version, 2);
    assert.deepEqual(new FileSecretStore(folder, () => 0).open(account, 'KEY'), {
      ...expected,
      value: 'another-value',
    });
    assert.deepEqual([await again.remove(account, 'KEY'), await again.remove(account, 'KEY')], [true, false]);
    assert.deepEqual(await readdir(folder), ['key']);
  });
});

test('a file that was changed, moved to another account or lost its key opens nothing', async () => {
  await inFolder(async (folder) => {
    const store = new FileSecretStore(folder, () => 0);
    await store.set(account, 'KEY', { value });
    const path = join(folder, `${account}.json`);
    const text = await readFile(path, 'utf8');
    await writeFile(join(folder, '000000000002.json'), text);
    const other = new FileSecretStore(folder, () => 0);
    assert.throws(() => other.open('000000000002', 'KEY'), /authenticate/);
    assert.equal(other.open(account, 'KEY')?.value, value);
    await writeFile(path, text.replace('"KEY"', '"OTHER"'));
    assert.throws(() => new FileSecretStore(folder, () => 0).open(account, 'OTHER'), /authenticate/);
    await writeFile(join(folder, 'key'), 'short');
    assert.throws(() => new FileSecretStore(folder, () => 0), /has 5 bytes/);
    await writeFile(path, '{"secrets": {"KEY": {}}}');
    assert.throws(() => new FileSecretStore(folder, () => 0), /is no file of secrets/);
  });
});

test('an account has so many and no more, also where they are set at once, and none when it is gone', async () => {
  await inFolder(async (folder) => {
    const store = new FileSecretStore(folder, () => 0);
    const many = Array.from({ length: secretLimits.secretsMax }, (_, n) => store.set(account, `K${n}`, { value }));
    const tooMany = store.set(account, 'ONE_MORE', { value });
    await assert.rejects(tooMany, TooManySecretsError);
    await Promise.all(many);
    await store.set(account, 'K0', { value: 'changed-value' });
    assert.equal(store.list(account).length, secretLimits.secretsMax);
    await store.removeAll(account);
    assert.deepEqual(store.list(account), []);
    assert.deepEqual(await readdir(folder), ['key']);
  });
});
