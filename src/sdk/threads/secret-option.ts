/** What the service does with a secret of the account for code that never sees it. */
export interface SecretOption {
  /** Its name in the account. */
  readonly secret: string;
  /** Where it is sent: `api.example.org`, `*.example.org`, `https://name:8443`, or without TLS `http://name:8080`. */
  readonly host: string;
  /** The environment variable that has its placeholder; the secret's name where it is not given. */
  readonly variable?: string;
  /** The only header in which the placeholder is replaced. */
  readonly header?: string;
  /** What the service sets that header to on every request, with the secret as `${NAME}`. */
  readonly value?: string;
  /** Whether the placeholder is replaced in queries, too. */
  readonly query?: boolean;
}

/** As it goes to the service. */
export function secretsText(secrets: Readonly<Record<string, string>> | readonly SecretOption[]): string {
  const list = isList(secrets) ? secrets : Object.entries(secrets).map(([secret, host]) => ({ secret, host }));
  return JSON.stringify(list);
}

function isList(secrets: object): secrets is readonly SecretOption[] {
  return Array.isArray(secrets);
}
