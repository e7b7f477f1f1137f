import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import {
  auxiliaryLimits,
  auxiliaryName,
  whyNoAuxiliaryUrl,
  type AuxiliaryService,
} from '../../../model/auxiliary/auxiliary-service.ts';
import { TooManyAuxiliariesError } from '../../../store/auxiliary/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax, type ApiRequest, type Operation } from '../../routes/operation.ts';
import { operatorsOnly } from '../accounts/find-account.ts';

const path = '/heddle/v1/aux';

/** Which processes code may call, and who: the operator's to say. */
export function auxiliaryOperations({ auxiliaries, store, logger }: FrontendOptions): readonly Operation[] {
  if (auxiliaries === undefined) return [];
  const { book } = auxiliaries;
  const common = { bodyBytesMax: smallBodyBytesMax };
  const all: readonly Operation[] = [
    {
      ...common,
      name: 'ListAuxiliaryServices',
      method: 'GET',
      path,
      run: async () => {
        const totals = new Map(auxiliaries.totals().map((each) => [each.name, each]));
        return { status: 200, body: { services: book.list().map((each) => ({ ...each, ...totals.get(each.name) })) } };
      },
    },
    {
      ...common,
      name: 'PutAuxiliaryService',
      method: 'PUT',
      path: `${path}/:name`,
      run: async (request) => {
        const service = serviceIn(nameIn(request), jsonInput(request.body), book.get(request.parameter('name')));
        try {
          await book.set(service);
        } catch (error) {
          if (error instanceof TooManyAuxiliariesError) throw new ApiError('ResourceConflictException', error.message);
          throw error;
        }
        const { name, accounts, functions } = service;
        logger.info({ name, accounts, functions }, 'An auxiliary service was set.');
        return { status: 200, body: { service } };
      },
    },
    {
      ...common,
      name: 'DeleteAuxiliaryService',
      method: 'DELETE',
      path: `${path}/:name`,
      run: async (request) => {
        const name = nameIn(request);
        if (!(await book.remove(name))) {
          const why = book.get(name) === undefined ? 'There is no' : 'The settings of the service have the';
          throw new ApiError('ResourceNotFoundException', `${why} auxiliary service ${name}.`);
        }
        logger.info({ name }, 'An auxiliary service was removed.');
        return { status: 204 };
      },
    },
  ];
  return all.map((operation) => operatorsOnly(store.accounts, operation));
}

function nameIn(request: ApiRequest): string {
  const name = request.parameter('name');
  if (auxiliaryName.test(name)) return name;
  throw refused(
    `'${name.slice(0, 100)}' is no name of an auxiliary service; those have small letters, digits and dashes.`,
  );
}

function serviceIn(
  name: string,
  { url, accounts, functions, timeoutMs }: Readonly<Record<string, unknown>>,
  before: AuxiliaryService | undefined,
): AuxiliaryService {
  const where = url ?? before?.url;
  const why = typeof where === 'string' ? whyNoAuxiliaryUrl(where) : 'none is said';
  if (typeof where !== 'string' || why !== undefined) throw refused(`An auxiliary service needs an address: ${why}.`);
  const limit = timeoutMs ?? before?.timeoutMs ?? auxiliaryLimits.timeoutMs;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > auxiliaryLimits.timeoutMsMax)
    throw refused(`\`timeoutMs\` should be a whole number from 1 to ${auxiliaryLimits.timeoutMsMax}.`);
  return {
    name,
    url: where,
    accounts: names('accounts', accounts, /^(?:\d{12}|all)$/) ?? before?.accounts ?? [],
    functions: names('functions', functions, /^[\w*-]{1,64}$/) ?? before?.functions ?? [],
    timeoutMs: limit,
  };
}

function names(what: string, value: unknown, form: RegExp): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length <= auxiliaryLimits.namesMax;
  const all = isList ? value.filter((each) => typeof each === 'string' && form.test(each)) : [];
  if (isList && all.length === value.length) return all.map(String);
  throw refused(`\`${what}\` should be a list of at most ${auxiliaryLimits.namesMax} that are like ${String(form)}.`);
}

function refused(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}
