import { domainToASCII } from 'node:url';
import { secretLimits, secretName, variableOf, type SecretUse } from '../../model/secrets/secret-use.ts';
import { plainName } from './parse.ts';

/** What cannot be meant; for people. */
export class SecretUseError extends Error {
  override readonly name = 'SecretUseError';
}

const members = ['secret', 'host', 'variable', 'header', 'value', 'query'];
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
/** What frames a request or says where it goes is not for a secret. */
const notHeaders: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect', 'keep-alive'],
  ...['proxy-connection', 'accept-encoding'],
]);
/** What Node, the loader or the runtime goes by: a placeholder there would only break the function. */
const reservedVariable =
  /^(?:AWS_|LAMBDA_|HEDDLE_|NODE_|LD_|PATH$|LANG$|TZ$|PYTHONPATH$|SSL_CERT_|CURL_CA_|REQUESTS_CA_)/;
const textUnitsMax = 16_384;

/**
 * Reads what secrets a function uses: `NAME=HOST` with blanks or commas between (`STRIPE=api.stripe.com`, `CRM=https://crm.lan:8443`,
 * `OLD=http://old.lan:8080`), or a list in JSON, of such texts and of objects with `secret`, `host` and what else a `SecretUse` has. Throws
 * SecretUseError, which says what is wrong with which.
 */
export function parseSecretUses(text: string): readonly SecretUse[] {
  if (text.length > textUnitsMax)
    throw new SecretUseError(
      `What is said of secrets has ${text.length} characters; at most ${textUnitsMax} are taken.`,
    );
  const items: readonly unknown[] = /^\s*[[{]/.test(text)
    ? [listOf(text)].flat()
    : text.split(/[\s,]+/).filter((word) => word !== '');
  return checkedUses(items.map((item) => (typeof item === 'string' ? fromWord(item) : fromObject(item))));
}

function listOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SecretUseError('What is said of secrets begins as JSON, and is none.', { cause });
  }
}

function fromWord(word: string): SecretUse {
  const [, secret = '', place = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
  if (secret === '' || place === '')
    throw new SecretUseError(`"${shown(word)}" should be NAME=HOST, such as STRIPE=api.stripe.com.`);
  return { secret: checkedName(secret), ...placeOf(place) };
}

function fromObject(item: unknown): SecretUse {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new SecretUseError(`${shown(JSON.stringify(item))} should be an object with "secret" and "host".`);
  const fields: Readonly<Record<string, unknown>> = { ...item };
  const odd = Object.keys(fields).find((name) => !members.includes(name));
  if (odd !== undefined)
    throw new SecretUseError(`"${shown(odd)}" is nothing that is said of a secret; these are: ${members.join(', ')}.`);
  const text = (name: string): string | undefined => {
    const value = fields[name];
    if (value === undefined || typeof value === 'string') return value;
    throw new SecretUseError(`"${name}" of a secret should be a text.`);
  };
  const secret = checkedName(text('secret') ?? '');
  const [variable, header, value] = [text('variable'), text('header')?.toLowerCase(), text('value')];
  if (variable !== undefined) checkedName(variable);
  if (header !== undefined && (!headerName.test(header) || notHeaders.has(header)))
    throw new SecretUseError(`"${shown(header)}" is no header that a secret may stand in.`);
  if (
    value !== undefined &&
    (header === undefined || !value.includes(`\${${secret}}`) || !/^[\x20-\x7e]{1,1024}$/.test(value))
  )
    throw new SecretUseError(`"value" is what "header" is set to: one line of ASCII with \${${secret}} in it.`);
  if (fields['query'] !== undefined && typeof fields['query'] !== 'boolean')
    throw new SecretUseError('"query" of a secret should be true or false.');
  return {
    secret,
    ...placeOf(text('host') ?? ''),
    ...(variable !== undefined && { variable }),
    ...(header !== undefined && { header }),
    ...(value !== undefined && { value }),
    ...(fields['query'] === true && { query: true as const }),
  };
}

function checkedName(name: string): string {
  if (!secretName.test(name))
    throw new SecretUseError(`"${shown(name)}" is no name of a secret; those are like ${String(secretName)}.`);
  return name;
}

/** Where a secret may go. Throws SecretUseError. */
export function placeOf(text: string): Pick<SecretUse, 'host' | 'port' | 'scheme'> {
  const [, scheme = 'https', host = '', digits] = /^(?:(https?):\/\/)?([^:/?#@]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const port = digits === undefined ? (scheme === 'http' ? 80 : 443) : Number(digits);
  const below = host.startsWith('*.');
  const name = plainName(domainToASCII(below ? host.slice(2) : host));
  if (name === undefined || port < 1 || port > 65_535 || (below && !name.includes('.')))
    throw new SecretUseError(
      `"${shown(text)}" is no place for a secret; one is api.example.org, *.example.org, https://name:8443 or http://name:8080, by name.`,
    );
  return { host: below ? `*.${name}` : name, port, scheme: scheme === 'http' ? 'http' : 'https' };
}

function checkedUses(uses: readonly SecretUse[]): readonly SecretUse[] {
  if (uses.length > secretLimits.usesMax)
    throw new SecretUseError(`A function uses at most ${secretLimits.usesMax} secrets; ${uses.length} were said.`);
  const secretOf = new Map<string, string>();
  const schemeOf = new Map<string, string>();
  for (const use of uses) {
    const variable = variableOf(use);
    if (reservedVariable.test(variable))
      throw new SecretUseError(`The variable ${variable} is taken; say another one as "variable".`);
    if ((secretOf.get(variable) ?? use.secret) !== use.secret)
      throw new SecretUseError(
        `The variable ${variable} would stand for two secrets, ${secretOf.get(variable)} and ${use.secret}.`,
      );
    const place = `${use.host}:${use.port}`;
    if ((schemeOf.get(place) ?? use.scheme) !== use.scheme)
      throw new SecretUseError(`${place} is said to be spoken to by http and by https.`);
    secretOf.set(variable, use.secret);
    schemeOf.set(place, use.scheme);
  }
  return uses;
}

function shown(text: string | undefined): string {
  return (text ?? '').slice(0, 100);
}
