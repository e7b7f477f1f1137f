import type { AccessKey } from '../../../store/contract.ts';

/** What holds a secret is for nobody's cache. */
export const notKept: Readonly<Record<string, string>> = { 'cache-control': 'no-store' };

/** A key as it is shown; with its secret in the one answer that makes it. */
export function shownKey(key: AccessKey, withSecret = false): object {
  const { accessKeyId, secretAccessKey, account, createdAt, disabled = false } = key;
  return { accessKeyId, ...(withSecret && { secretAccessKey }), account, createdAt, disabled };
}
