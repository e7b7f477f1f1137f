import { codeStorageExceeded } from '../../api/code-storage.ts';
import { storedCodeBytes } from '../../model/accounts/stored-code.ts';
import type { SqliteTables } from '../../store/sqlite/tables.ts';

/**
 * Looks, in a write of the cluster's state, whether an account may keep what that added: hosts count what they are sent each for itself, and two writes at the same moment may
 * together be more than each of them. The one that comes second in the log is tried anew on what the first has left, and refused here. Throws CodeStorageExceededException.
 *
 * @param bytes - What was added, beyond what it stands in the place of; nothing else is ever refused, also where the account has less by now than it keeps.
 */
export async function checkKeptCode(store: SqliteTables, account: string, bytes: number): Promise<void> {
  if (bytes <= 0) return;
  const max = store.accounts.limitsOf(account).codeBytes;
  if (max === undefined) return;
  const stored = await storedCodeBytes(store, account);
  if (stored > max) throw codeStorageExceeded(stored - bytes, bytes, max);
}
