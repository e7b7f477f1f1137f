import { randomInt } from 'node:crypto';

/** A new account's id: 12 digits. */
export function newAccountId(): string {
  return randomText('123456789', 1) + randomText('0123456789', 11);
}

/** A new key that looks like AWS's, so that clients' checks accept it. */
export function newAccessKey(): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  return {
    accessKeyId: `AKIA${randomText('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    secretAccessKey: randomText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 40),
  };
}

function randomText(alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)];
  return text;
}
