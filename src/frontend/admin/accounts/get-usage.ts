import { constraintError } from '../../../api/constraint.ts';
import type { AccountStore } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import { findAccount, operatorsOnly } from './find-account.ts';

/**
 * What functions of an account used, by hour, and by day where that is long ago: a list of `UsageRecord`. `account`: `self`, or where the
 * operator asks, any by id or name, or `all`; `since` and `until`: milliseconds since the Unix epoch. In a cluster it is the sum over
 * all hosts, and `silentHosts` names those that did not answer. `prices`: what is taken for it, where that was said.
 */
export function getUsage({ store, usage, clock, clusterView, settings }: FrontendOptions): Operation {
  const prices = settings.prices === undefined ? {} : { prices: settings.prices };
  const operation: Operation = {
    name: 'GetUsage',
    method: 'GET',
    path: '/heddle/v1/usage',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const named = request.query('account') ?? 'self';
      const untilMs = time('until', request.query('until')) ?? clock.wall() + 1;
      const sinceMs = time('since', request.query('since')) ?? 0;
      const account = named === 'all' ? {} : { account: await idOf(store.accounts, named, request) };
      const span = { sinceMs, untilMs, ...account };
      if (clusterView === undefined) return { status: 200, body: { records: usage.read(span), ...prices } };
      const { found: records, silent } = await clusterView.usage(span);
      return { status: 200, body: { records, ...prices, silentHosts: silent } };
    },
  };
  const anybodys = operatorsOnly(store.accounts, operation);
  return {
    ...operation,
    run: (request) => ((request.query('account') ?? 'self') === 'self' ? operation : anybodys).run(request),
  };
}

/** An id is taken as it is: an account that is gone may still have used something. */
async function idOf(accounts: AccountStore, named: string, request: ApiRequest): Promise<string> {
  return /^\d{12}$/.test(named) ? named : (await findAccount(accounts, named, request)).id;
}

function time(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw constraintError(name, text, 'Member must be a whole number of milliseconds since the Unix epoch');
}
