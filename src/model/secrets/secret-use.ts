/** Where a secret may go. */
export interface SecretPlace {
  /** A name in lower case, or `*.` and the name that all others are below. */
  readonly host: string;
  readonly port: number;
  readonly scheme: 'https' | 'http';
}

/**
 * What a function may do with a secret of its account: have the service put it into requests to one host. Its code sees a placeholder in the
 * environment, and never the value.
 */
export interface SecretUse extends SecretPlace {
  /** Name of the secret. */
  readonly secret: string;
  /** The variable that has the placeholder; the secret's name where it is not said. */
  readonly variable?: string;
  /** The only header that a placeholder is replaced in; with `value`, the one that is set on every request. */
  readonly header?: string;
  /** What that header is set to, with the secret as `${NAME}`. */
  readonly value?: string;
  /** Placeholders are replaced in the query, too. */
  readonly query?: true;
}

/** The variable that has the placeholder. */
export function variableOf({ secret, variable }: SecretUse): string {
  return variable ?? secret;
}

/** Whether a name is what `pattern` means: the same, or below what follows its `*.`. */
export function isHostOf(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

/** Whether a host may be spoken to so, by one of these places. */
export function isAmong(
  places: readonly SecretPlace[],
  name: string,
  { port, scheme }: Omit<SecretPlace, 'host'>,
): boolean {
  return places.some((place) => place.port === port && place.scheme === scheme && isHostOf(place.host, name));
}

/** As it is written: `api.example.org`, `https://name:8443`, `http://name`. */
export function placeText({ host, port, scheme }: SecretPlace): string {
  if (scheme === 'https') return port === 443 ? host : `https://${host}:${port}`;
  return port === 80 ? `http://${host}` : `http://${host}:${port}`;
}

/** What secrets and their uses may come to. */
export const secretLimits = {
  /** Of an account. */
  secretsMax: 200,
  /** Characters of a value: less could stand in any text by chance, more is no header. */
  valueUnitsMin: 8,
  valueUnitsMax: 8_192,
  hostsMax: 32,
  /** PEM of those who may have signed the hosts' certificates, characters. */
  authorityUnitsMax: 65_536,
  /** Of a function. */
  usesMax: 32,
} as const;

/** As names of environment variables are, and not too long. */
export const secretName: RegExp = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
