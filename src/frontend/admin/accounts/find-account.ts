import { ApiError } from '../../../api/errors.ts';
import type { Account, AccountStore } from '../../../store/contract.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';

/** The account that a request names by id or name; `self` is the one that asks. Throws ResourceNotFoundException. */
export async function findAccount(accounts: AccountStore, named: string, { scope }: ApiRequest): Promise<Account> {
  const all = await accounts.list();
  const id = named === 'self' ? scope.account : named;
  const found = all.find((account) => account.id === id || (account.name !== '' && account.name === id));
  if (found !== undefined) return found;
  throw new ApiError('ResourceNotFoundException', `There is no account ${JSON.stringify(named.slice(0, 64))}.`);
}

/** The same operation, for the account of whoever runs the service only. Throws AccessDeniedException. */
export function operatorsOnly(accounts: AccountStore, operation: Operation): Operation {
  return {
    ...operation,
    ownersOnly: true,
    async run(request) {
      const own = (await accounts.list()).find(({ id }) => id === request.scope.account);
      if (own?.operator === true) return await operation.run(request);
      throw new ApiError(
        'AccessDeniedException',
        `${operation.name} is for the operator's account only: use the key in the credentials file of the service's home.`,
      );
    },
  };
}
