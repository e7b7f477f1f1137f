import type { AuxiliaryService } from '../../model/auxiliary/auxiliary-service.ts';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';
import { globMatches } from '../../model/glob.ts';

/** Whether an account's functions may call an auxiliary service at all. Pure. */
export function isOfAccount(
  { accounts }: Pick<AuxiliaryService, 'accounts'>,
  account: string,
  ownAccount: string,
): boolean {
  return accounts.length === 0 ? account === ownAccount : accounts.includes(account) || accounts.includes('all');
}

/** Whether a caller may. Pure. */
export function mayCall(
  service: AuxiliaryService,
  { function: fn }: Pick<AttestedCaller, 'function'>,
  ownAccount: string,
): boolean {
  if (!isOfAccount(service, fn.account, ownAccount)) return false;
  return service.functions.length === 0 || service.functions.some((glob) => globMatches(glob.split('*'), fn.name));
}
