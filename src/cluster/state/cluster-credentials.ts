import type { AccessKey, Store } from '../../store/contract.ts';
import { ensureCredentials } from '../../store/credentials.ts';

/** Several hosts begin at once, and one of them makes the account; none is in the way more often than there are hosts that begin. */
const attemptsMax = 16;

/** Sees to it that the cluster has one account of the operator's, with a key, and that the home of this host has its credentials. */
export async function ensureClusterCredentials(store: Store, home: string, wallMs: number): Promise<AccessKey> {
  for (let attempt = 1; ; attempt++)
    try {
      return await ensureCredentials(store, home, wallMs);
    } catch (error) {
      // Another host's is there now, and only its file is missing here.
      const isThere = (await store.accounts.list()).some(({ operator }) => operator);
      if (!isThere || attempt === attemptsMax) throw error;
    }
}
