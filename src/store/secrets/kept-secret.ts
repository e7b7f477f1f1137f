import type { SecretPlace } from '../../model/secrets/secret-use.ts';

/** A secret as its account's file has it. */
export interface KeptSecret {
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly places: readonly SecretPlace[];
  readonly authority?: string;
  /** See `seal`. */
  readonly sealed: string;
}

/** The secrets in an account's file. Throws where it is none. */
export function keptIn(text: string, path: string): ReadonlyMap<string, KeptSecret> {
  const wrong = (what: string): Error => new Error(`${path} is no file of secrets: ${what}.`);
  const fields = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${what} is no object`);
    return { ...value };
  };
  const number = (value: unknown, what: string): number => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(`${what} is no number`);
    return value;
  };
  const string = (value: unknown, what: string): string => {
    if (typeof value !== 'string') throw wrong(`${what} is no text`);
    return value;
  };
  const place = (value: unknown): SecretPlace => {
    const { host, port, scheme } = fields(value, 'a place');
    return {
      host: string(host, 'a host'),
      port: number(port, 'a port'),
      scheme: string(scheme, 'a scheme') === 'http' ? 'http' : 'https',
    };
  };
  const one = (value: unknown, name: string): KeptSecret => {
    const from = fields(value, name);
    if (!Array.isArray(from['places'])) throw wrong(`the places of ${name} are no list`);
    return {
      version: number(from['version'], `the version of ${name}`),
      createdAt: number(from['createdAt'], `createdAt of ${name}`),
      changedAt: number(from['changedAt'], `changedAt of ${name}`),
      places: from['places'].map(place),
      ...(from['authority'] !== undefined && { authority: string(from['authority'], `the authority of ${name}`) }),
      sealed: string(from['sealed'], `the value of ${name}`),
    };
  };
  const secrets = fields(fields(JSON.parse(text), 'it')['secrets'], 'secrets');
  return new Map(Object.entries(secrets).map(([name, value]) => [name, one(value, name)]));
}
