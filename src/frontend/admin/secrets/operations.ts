import type { FrontendOptions } from '../../context.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import { placeOf, SecretUseError } from '../../../egress/policy/secret-uses.ts';
import { placeText, secretLimits, secretName, type SecretPlace } from '../../../model/secrets/secret-use.ts';
import type { SecretFacts } from '../../../model/secrets/secret-book.ts';
import { TooManySecretsError, type NewSecret, type SecretStore } from '../../../store/secrets/contract.ts';
import { notKept } from '../accounts/shown-key.ts';
import { smallBodyBytesMax, type ApiRequest, type Operation } from '../../routes/operation.ts';

const path = '/heddle/v1/secrets';

/** Secrets of an account: set, listed without their values, removed. There is no operation that tells one. */
export function secretOperations({ secrets, logger, store }: FrontendOptions): readonly Operation[] {
  if (secrets === undefined) return [];
  const common = { bodyBytesMax: smallBodyBytesMax };
  return [
    {
      ...common,
      name: 'ListSecrets',
      method: 'GET',
      path,
      run: async ({ scope }) => {
        const functions = await store.functions.list(scope.account, '', Number.MAX_SAFE_INTEGER);
        const usersOf = (name: string): readonly string[] =>
          functions
            .filter(({ latest }) => latest.secrets?.some(({ secret }) => secret === name))
            .map(({ latest }) => latest.name);
        const shown = secrets
          .list(scope.account)
          .map((facts) => ({ ...shownSecret(facts), functions: usersOf(facts.name) }));
        return { status: 200, body: { secrets: shown } };
      },
    },
    {
      ...common,
      name: 'PutSecret',
      method: 'PUT',
      path: `${path}/:name`,
      run: async (request) => {
        const { account } = request.scope;
        const name = nameIn(request);
        const input = jsonInput(request.body);
        const there = secrets.find(account, name) !== undefined;
        if (input['existing'] === true && !there) throw noSuch(account, name);
        const facts = await keep(secrets, account, name, newSecret(input));
        logger.info({ account, secret: name, version: facts.version }, 'A secret was set.');
        return { status: there ? 200 : 201, headers: notKept, body: { secret: shownSecret(facts) } };
      },
    },
    {
      ...common,
      name: 'DeleteSecret',
      method: 'DELETE',
      path: `${path}/:name`,
      run: async (request) => {
        const { account } = request.scope;
        const name = nameIn(request);
        if (!(await secrets.remove(account, name))) throw noSuch(account, name);
        logger.info({ account, secret: name }, 'A secret was removed.');
        return { status: 204 };
      },
    },
  ];
}

/** All that is told of one. */
export function shownSecret({ places, ...facts }: SecretFacts): object {
  return { ...facts, hosts: places.map(placeText) };
}

async function keep(secrets: SecretStore, account: string, name: string, secret: NewSecret): Promise<SecretFacts> {
  try {
    return await secrets.set(account, name, secret);
  } catch (error) {
    if (error instanceof TooManySecretsError) throw new ApiError('ResourceConflictException', error.message);
    throw error;
  }
}

function nameIn(request: ApiRequest): string {
  const name = request.parameter('name');
  if (secretName.test(name)) return name;
  throw refused(`'${name.slice(0, 100)}' is no name of a secret; those are like ${String(secretName)}.`);
}

function noSuch(account: string, name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `The account ${account} has no secret ${name}.`);
}

function newSecret({ value, hosts, authority }: Readonly<Record<string, unknown>>): NewSecret {
  const { valueUnitsMin: least, valueUnitsMax: most, authorityUnitsMax } = secretLimits;
  // What is wrong with a value is said without it.
  if (typeof value !== 'string') throw refused('`value` of a secret should be a text.');
  if (value.length < least || value.length > most)
    throw refused(`A secret's value has ${least} to ${most} characters; this one has ${value.length}.`);
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value))
    throw refused(
      'A secret is put into headers: one line of ASCII, without blanks at its ends. This value is something else.',
    );
  if (authority !== undefined && (typeof authority !== 'string' || authority.length > authorityUnitsMax))
    throw refused(`\`authority\` of a secret should be certificates in PEM, at most ${authorityUnitsMax} characters.`);
  if (authority !== undefined && authority !== '' && !authority.includes('-----BEGIN CERTIFICATE-----'))
    throw refused('`authority` of a secret has no certificate in it; it should be PEM.');
  return {
    value,
    ...(hosts !== undefined && { places: placesIn(hosts) }),
    ...(authority !== undefined && { authority }),
  };
}

function placesIn(hosts: unknown): readonly SecretPlace[] {
  if (!Array.isArray(hosts) || hosts.length > secretLimits.hostsMax)
    throw refused(`\`hosts\` of a secret should be a list of at most ${secretLimits.hostsMax} hosts.`);
  return hosts.map((host: unknown) => {
    try {
      return placeOf(String(host));
    } catch (error) {
      if (error instanceof SecretUseError) throw refused(error.message);
      throw error;
    }
  });
}

function refused(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}
