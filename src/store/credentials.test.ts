import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Store } from './contract.ts';
import { createAccount, ensureCredentials, newKey, renewCredentials } from './credentials.ts';
import { openSqliteStore } from './sqlite/open.ts';

let home: string;
let store: Store;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-credentials-'));
  store = openSqliteStore(home);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

test('the first start makes an account and a key that look like AWS’s, in a file for the owner only', async () => {
  const key = await ensureCredentials(store, home, 1);
  assert.match(key.account, /^[1-9]\d{11}$/);
  assert.match(key.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.match(key.secretAccessKey, /^[A-Za-z0-9]{40}$/);
  assert.equal((await store.accounts.key(key.accessKeyId))?.secretAccessKey, key.secretAccessKey);
  assert.equal((await store.accounts.list())[0]?.operator, true);
  const path = join(home, 'credentials');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(
    await readFile(path, 'utf8'),
    `[heddle]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
  );
});

test('later starts give the same key, and write the file again if it is gone', async () => {
  const key = await ensureCredentials(store, home, 1);
  await rm(join(home, 'credentials'));
  assert.equal((await ensureCredentials(store, home, 2)).secretAccessKey, key.secretAccessKey);
  assert.match(await readFile(join(home, 'credentials'), 'utf8'), new RegExp(key.accessKeyId));
  assert.equal((await store.accounts.list()).length, 1);
});

test('other profiles in the file are left as they are, and a stale one of ours is replaced', async () => {
  const others = '[default]\naws_access_key_id = AKIADEFAULT\n\n# a note\n[work]\nregion = x';
  const stale = `[heddle]\naws_access_key_id = AKIASTALE\naws_secret_access_key = old\n\n${others}\n`;
  await writeFile(join(home, 'credentials'), stale);
  const key = await ensureCredentials(store, home, 1);
  const text = await readFile(join(home, 'credentials'), 'utf8');
  assert.equal(text.split('[heddle]').length, 2);
  assert(text.includes(key.secretAccessKey) && !text.includes('STALE'));
  assert(text.endsWith(`\n${others}\n`));
  await ensureCredentials(store, home, 2);
  assert.equal(await readFile(join(home, 'credentials'), 'utf8'), text);
});

test('the key in the file stays there while it is good, and gives way to the newest that is', async () => {
  const first = await ensureCredentials(store, home, 1);
  const idAfter = async (): Promise<string> => (await ensureCredentials(store, home, 9)).accessKeyId;
  const [second, third] = [newKey(first.account, 2), newKey(first.account, 3)];
  await store.accounts.addKey(second);
  await store.accounts.addKey(third);
  assert.equal(await idAfter(), first.accessKeyId);
  await store.accounts.setKeyDisabled(first.accessKeyId, true);
  assert.equal(await idAfter(), third.accessKeyId);
  await createAccount(store, 0);
  await store.accounts.removeKey(second.accessKeyId);
  await store.accounts.removeKey(third.accessKeyId);
  const { account, accessKeyId } = await ensureCredentials(store, home, 10);
  assert.equal(account, first.account, 'another account does not become the operator’s');
  assert.equal((await store.accounts.keysOf(account)).at(-1)?.accessKeyId, accessKeyId);
});

test('while a service runs, a key that is good takes the place of one that is not, and none is made', async () => {
  const first = await ensureCredentials(store, home, 1);
  const inFile = async (): Promise<string> => await readFile(join(home, 'credentials'), 'utf8');
  await store.accounts.setKeyDisabled(first.accessKeyId, true);
  await renewCredentials(store, home);
  assert.ok((await inFile()).includes(first.accessKeyId));
  const second = newKey(first.account, 2);
  await store.accounts.addKey(second);
  await renewCredentials(store, home);
  assert.ok((await inFile()).includes(second.secretAccessKey));
});
