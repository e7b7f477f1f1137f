import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString } from '../../../api/json-input.ts';
import { newAccessKey } from '../../../model/accounts/access-keys.ts';
import { limits } from '../../../model/limits.ts';
import type { AccessKey, AccountStore } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import { findAccount, operatorsOnly } from './find-account.ts';
import { notKept, shownKey } from './shown-key.ts';

const path = '/heddle/v1/keys';
const onePath = `${path}/:key`;

/** Keys of all accounts, for the operator only. A secret is in the one answer that makes its key, and in no other and no log. */
export function keyOperations(options: FrontendOptions): readonly Operation[] {
  const all = [createKey(options), listKeys(options), rotateKey(options), removeKey(options)];
  const states = [setState(options, 'EnableKey', 'enabled'), setState(options, 'DisableKey', 'disabled')];
  return [...all, ...states].map((operation) => operatorsOnly(options.store.accounts, operation));
}

function createKey({ store, clock, logger }: FrontendOptions): Operation {
  return {
    name: 'CreateKey',
    method: 'POST',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const named = optionalString(jsonInput(request.body), 'account') ?? 'self';
      const { id } = await findAccount(store.accounts, named, request);
      const key = await added(store.accounts, id, clock.wall());
      logger.info({ account: id, accessKeyId: key.accessKeyId }, 'A key was made.');
      return { status: 201, headers: notKept, body: { key: shownKey(key, true) } };
    },
  };
}

function listKeys({ store }: FrontendOptions): Operation {
  return {
    name: 'ListKeys',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const named = request.query('account');
      const accounts =
        named === undefined ? await store.accounts.list() : [await findAccount(store.accounts, named, request)];
      const keys = await Promise.all(accounts.map(({ id }) => store.accounts.keysOf(id)));
      return { status: 200, body: { keys: keys.flat().map((key) => shownKey(key)) } };
    },
  };
}

/**
 * Another key for the account of one, which stays good until it is disabled: so that programs can change over one by one. Where the
 * service's own tools use the old one, they use the new one from now on.
 */
function rotateKey({ store, clock, logger, replaceOwnKey }: FrontendOptions): Operation {
  return {
    name: 'RotateKey',
    method: 'POST',
    path: `${onePath}/rotation`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const old = await findKey(store.accounts, request);
      const key = await added(store.accounts, old.account, clock.wall());
      const inUse = (await replaceOwnKey?.(old, key)) ?? false;
      const { accessKeyId } = key;
      logger.info({ account: old.account, accessKeyId, before: old.accessKeyId }, 'A key was rotated.');
      return { status: 201, headers: notKept, body: { key: shownKey(key, true), before: shownKey(old), inUse } };
    },
  };
}

function setState({ store, logger }: FrontendOptions, name: string, state: 'enabled' | 'disabled'): Operation {
  return {
    name,
    method: 'PUT',
    path: `${onePath}/${state}`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const key = await findKey(store.accounts, request);
      if (state === 'disabled') await checkSpare(store.accounts, key, request);
      await store.accounts.setKeyDisabled(key.accessKeyId, state === 'disabled');
      logger.info({ account: key.account, accessKeyId: key.accessKeyId, state }, 'The state of a key was set.');
      return { status: 200, body: { key: shownKey(await findKey(store.accounts, request)) } };
    },
  };
}

function removeKey({ store, logger }: FrontendOptions): Operation {
  return {
    name: 'RemoveKey',
    method: 'DELETE',
    path: onePath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const key = await findKey(store.accounts, request);
      await checkSpare(store.accounts, key, request);
      await store.accounts.removeKey(key.accessKeyId);
      logger.info({ account: key.account, accessKeyId: key.accessKeyId }, 'A key was removed.');
      return { status: 204 };
    },
  };
}

async function added(accounts: AccountStore, account: string, wallMs: number): Promise<AccessKey> {
  const { keysPerAccountMax } = limits;
  if ((await accounts.keysOf(account)).length >= keysPerAccountMax)
    throw new ApiError(
      'LimitExceededException',
      `Cannot exceed quota for AccessKeysPerUser: ${keysPerAccountMax}. Remove one of the keys of account ${account} first.`,
    );
  const key = { ...newAccessKey(), account, createdAt: wallMs };
  await accounts.addKey(key);
  return key;
}

async function findKey(accounts: AccountStore, request: ApiRequest): Promise<AccessKey> {
  const id = request.parameter('key');
  for (const account of await accounts.list())
    for (const key of await accounts.keysOf(account.id)) if (key.accessKeyId === id) return key;
  throw new ApiError('ResourceNotFoundException', `There is no key ${JSON.stringify(id.slice(0, 64))}.`);
}

/** The operator's account keeps one good key at least: without, nobody could make another one. */
async function checkSpare(
  accounts: AccountStore,
  { accessKeyId, account }: AccessKey,
  request: ApiRequest,
): Promise<void> {
  if (account !== request.scope.account) return;
  const good = (await accounts.keysOf(account)).filter(({ disabled }) => disabled !== true);
  if (good.some((key) => key.accessKeyId !== accessKeyId)) return;
  throw new ApiError(
    'ResourceConflictException',
    `${accessKeyId} is the last key that is good of the operator's account. Rotate it first: heddle key rotate ${accessKeyId}`,
  );
}
