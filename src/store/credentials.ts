import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newAccessKey, newAccountId } from '../model/accounts/access-keys.ts';
import { writeFileAtomic } from './atomic-file.ts';
import type { AccessKey, Store } from './contract.ts';

/** The profile's name in the credentials file. */
export const credentialsProfile = 'heddle';

/**
 * Sees to it that there is an account of the operator's with a key, and that `home/credentials` holds one that is good, as profile `heddle`
 * in the format of AWS's shared credentials file, readable by its owner only. Other profiles in the file are left as they are.
 */
export async function ensureCredentials(store: Store, home: string, wallMs: number): Promise<AccessKey> {
  const inFile = keyIn(await textOf(home));
  const keys = await operatorKeys(store, wallMs);
  const key = keys.find(({ accessKeyId }) => accessKeyId === inFile) ?? keys.at(-1);
  if (key === undefined) throw new Error('The account of this service has no key.');
  await writeCredentials(home, key);
  return key;
}

/** Where the key in `home/credentials` is no longer good, and the operator's account has one that is, puts that there. */
export async function renewCredentials({ accounts }: Pick<Store, 'accounts'>, home: string): Promise<void> {
  const inFile = keyIn(await textOf(home));
  const operator = (await accounts.list()).find((account) => account.operator);
  const good = operator === undefined ? [] : await goodKeys(accounts, operator.id);
  const newest = good.at(-1);
  if (newest !== undefined && !good.some(({ accessKeyId }) => accessKeyId === inFile))
    await writeCredentials(home, newest);
}

/** Puts a key into `home/credentials` where another one is there; gives whether it was. */
export async function replaceCredentials(home: string, before: AccessKey, key: AccessKey): Promise<boolean> {
  if (keyIn(await textOf(home)) !== before.accessKeyId) return false;
  await writeCredentials(home, key);
  return true;
}

/** Puts a key into `home/credentials`. */
async function writeCredentials(home: string, key: AccessKey): Promise<void> {
  const before = await textOf(home);
  const after = withProfile(before, key);
  if (after !== before) await writeFileAtomic(join(home, 'credentials'), [Buffer.from(after)]);
}

/** Those that are good, oldest first: at least one. */
async function operatorKeys(store: Store, wallMs: number): Promise<readonly AccessKey[]> {
  const { accounts } = store;
  const account = (await accounts.list()).find(({ operator }) => operator);
  if (account === undefined) return [await createAccount(store, wallMs, true)];
  const good = await goodKeys(accounts, account.id);
  if (good.length > 0) return good;
  const key = newKey(account.id, wallMs);
  await accounts.addKey(key);
  return [key];
}

/** Of an account, oldest first. */
async function goodKeys(accounts: Store['accounts'], account: string): Promise<readonly AccessKey[]> {
  return (await accounts.keysOf(account)).filter(({ disabled }) => disabled !== true);
}

/** Makes an account with a key. */
export async function createAccount({ accounts }: Store, wallMs: number, operator = false): Promise<AccessKey> {
  const id = newAccountId();
  const key = newKey(id, wallMs);
  await accounts.create({ id, createdAt: wallMs, name: '', operator, limits: {} }, key);
  return key;
}

/** Another key of an account; not kept yet. */
export function newKey(account: string, wallMs: number): AccessKey {
  return { ...newAccessKey(), account, createdAt: wallMs };
}

async function textOf(home: string): Promise<string> {
  return await readFile(join(home, 'credentials'), 'utf8').catch(() => '');
}

/** The id of the key that the profile has. */
function keyIn(text: string): string | undefined {
  const section = text.slice(text.indexOf(`[${credentialsProfile}]`) + 1);
  return /^aws_access_key_id\s*=\s*(\S+)/m.exec(section)?.[1];
}

function withProfile(text: string, key: AccessKey): string {
  const section =
    `[${credentialsProfile}]\naws_access_key_id = ${key.accessKeyId}\n` +
    `aws_secret_access_key = ${key.secretAccessKey}\n`;
  const others = withoutProfile(text).trim();
  return others === '' ? section : `${section}\n${others}\n`;
}

/** A profile goes from its heading to the next one, or to the end. */
function withoutProfile(text: string): string {
  let within = false;
  const kept = text.split('\n').filter((line) => {
    if (line.startsWith('[')) within = line.trim() === `[${credentialsProfile}]`;
    return !within;
  });
  return kept.join('\n');
}
