import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import { newAccessKey, newAccountId } from '../../../model/accounts/access-keys.ts';
import type { CallsUse } from '../../../worker-manager/contract.ts';
import { storedCodeBytes } from '../../../model/accounts/stored-code.ts';
import type { Account } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiReply, Operation } from '../../routes/operation.ts';
import { accountName, changedLimits } from './account-input.ts';
import { findAccount, operatorsOnly } from './find-account.ts';
import { notKept, shownKey } from './shown-key.ts';

const path = '/heddle/v1/accounts';
const onePath = `${path}/:account`;
/** What hosts tell each other of an account. */
const use = 'use';

/** What the service knows of accounts, and has done with them. Everything is the operator's, but to look at oneself. */
export function accountOperations(options: FrontendOptions): readonly Operation[] {
  const { accounts } = options.store;
  options.clusterView?.tells(use, async (account) => ({ ...options.workerManager.useOf(account) }));
  const own = [createAccount(options), listAccounts(options), setLimits(options), removeAccount(options)];
  return [...own.map((operation) => operatorsOnly(accounts, operation)), getAccount(options)];
}

/** Answers with the account and its first key: the only time that the secret is shown. */
function createAccount({ store, clock, logger }: FrontendOptions): Operation {
  return {
    name: 'CreateAccount',
    method: 'POST',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run({ body }) {
      const input = jsonInput(body);
      const name = accountName(input);
      const limits = changedLimits({}, input);
      const taken = (await store.accounts.list()).some((account) => name !== '' && account.name === name);
      if (taken) throw new ApiError('ResourceConflictException', `There is an account ${name} already.`);
      const createdAt = clock.wall();
      const account = { id: newAccountId(), createdAt, name, operator: false, limits };
      const key = { ...newAccessKey(), account: account.id, createdAt };
      await store.accounts.create(account, key);
      logger.info({ account: account.id, name }, 'An account was made.');
      return { status: 201, headers: notKept, body: { account, key: shownKey(key, true) } };
    },
  };
}

function listAccounts(options: FrontendOptions): Operation {
  return {
    name: 'ListAccounts',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run() {
      const all = await options.store.accounts.list();
      return { status: 200, body: { accounts: await Promise.all(all.map((account) => described(options, account))) } };
    },
  };
}

/** Everybody may look at the own account, as `self`. */
function getAccount(options: FrontendOptions): Operation {
  const { accounts } = options.store;
  const operation: Operation = {
    name: 'GetAccount',
    method: 'GET',
    path: onePath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request): Promise<ApiReply> {
      const account = await findAccount(accounts, request.parameter('account'), request);
      return { status: 200, body: await described(options, account) };
    },
  };
  const anybodys = operatorsOnly(accounts, operation);
  return {
    ...operation,
    run: (request) => (request.parameter('account') === 'self' ? operation : anybodys).run(request),
  };
}

function setLimits(options: FrontendOptions): Operation {
  const { store, gate, workerManager, limitsHold, logger } = options;
  return {
    name: 'SetAccountLimits',
    method: 'PUT',
    path: `${onePath}/limits`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const account = await findAccount(store.accounts, request.parameter('account'), request);
      const limits = changedLimits(account.limits, jsonInput(request.body));
      await store.accounts.setLimits(account.id, limits);
      gate.changed(account.id);
      workerManager.limitsChanged(account.id);
      await limitsHold?.(account.id);
      logger.info({ account: account.id, limits }, 'The limits of an account were changed.');
      return { status: 200, body: await described(options, { ...account, limits }) };
    },
  };
}

/** Only of one that has nothing left: what it has is its to delete. */
function removeAccount({ store, logger, events, secrets, triggers, prediction }: FrontendOptions): Operation {
  return {
    name: 'RemoveAccount',
    method: 'DELETE',
    path: onePath,
    bodyBytesMax: smallBodyBytesMax,
    // Where its queues are.
    home: async (request) => (await findAccount(store.accounts, request.parameter('account'), request)).id,
    async run(request) {
      const { id, operator } = await findAccount(store.accounts, request.parameter('account'), request);
      if (operator)
        throw new ApiError('ResourceConflictException', `The account ${id} is the operator's, and cannot be removed.`);
      const functions = (await store.functions.list(id, '', Number.MAX_SAFE_INTEGER)).length;
      const layers = (await store.layers.list(id)).length;
      if (functions + layers > 0)
        throw new ApiError(
          'ResourceConflictException',
          `The account ${id} has ${functions} functions and ${layers} versions of layers. Delete them first, with a key of the account (HEDDLE_ACCESS_KEY_ID, HEDDLE_SECRET_ACCESS_KEY).`,
        );
      const used = await events.find(id)?.inUse();
      const [queue] = (await used?.queues.admin.list(id, '', '', 1)) ?? [];
      if (queue !== undefined)
        throw new ApiError(
          'ResourceConflictException',
          `The account ${id} has queues, such as ${queue}. Delete them first, with a key of the account.`,
        );
      await store.accounts.remove(id);
      await secrets?.removeAll(id);
      triggers.book.forget(id);
      prediction?.removedAccount(id);
      logger.info({ account: id }, 'An account was removed.');
      return { status: 204 };
    },
  };
}

async function described(options: FrontendOptions, account: Account): Promise<object> {
  const { store } = options;
  const functions = await store.functions.list(account.id, '', Number.MAX_SAFE_INTEGER);
  const keys = await store.accounts.keysOf(account.id);
  const codeBytes = await storedCodeBytes(store, account.id);
  return {
    ...account,
    functions: functions.length,
    keys: keys.length,
    use: { ...(await useOf(options, account.id)), codeBytes },
  };
}

/** Of all hosts, where there are several. */
async function useOf({ workerManager, clusterView }: FrontendOptions, account: string): Promise<CallsUse> {
  const others = (await clusterView?.told(use, account))?.found ?? [];
  const sum = { ...workerManager.useOf(account) };
  for (const each of others) {
    const { concurrency, memoryMb } = { concurrency: 0, memoryMb: 0, ...each };
    sum.concurrency += concurrency;
    sum.memoryMb += memoryMb;
  }
  return sum;
}
