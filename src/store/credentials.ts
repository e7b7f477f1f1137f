import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import type { AccessKey, Store } from './contract.ts';

/** The profile's name in the credentials file. */
export const credentialsProfile = 'heddle';

/**
 * Sees to it that there is an account with a key, and that `home/credentials` holds the key as profile `heddle` in the
 * format of AWS's shared credentials file, readable by its owner only. Other profiles in the file are left as they are.
 */
export async function ensureCredentials(store: Store, home: string, wallMs: number): Promise<AccessKey> {
  const key = (await firstKey(store)) ?? (await createAccount(store, wallMs));
  const path = join(home, 'credentials');
  const before = await readFile(path, 'utf8').catch(() => '');
  const after = withProfile(before, key);
  if (after !== before) await writeFileAtomic(path, [Buffer.from(after)]);
  return key;
}

async function firstKey(store: Store): Promise<AccessKey | undefined> {
  const [account] = await store.accounts.list();
  return account === undefined ? undefined : (await store.accounts.keysOf(account.id))[0];
}

/** Makes an account with a key: 12 digits, and a key that looks like AWS's, so that clients' checks accept it. */
export async function createAccount(store: Store, wallMs: number): Promise<AccessKey> {
  const account = randomText('123456789', 1) + randomText('0123456789', 11);
  const key = {
    accessKeyId: `AKIA${randomText('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    secretAccessKey: randomText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 40),
    account,
    createdAt: wallMs,
  };
  await store.accounts.create({ id: account, createdAt: wallMs }, key);
  return key;
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

function randomText(alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)];
  return text;
}
