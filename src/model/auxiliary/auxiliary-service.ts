/** A process of whoever runs the service, that does for code what code may not do itself. */
export interface AuxiliaryService {
  readonly name: string;
  /** `http://127.0.0.1:9000/base`, `https://…`, or `unix:/run/signer.sock`. */
  readonly url: string;
  /** Whose functions may call it; the operator's own where it is empty. */
  readonly accounts: readonly string[];
  /** Names of functions that may, with `*` for anything; empty: all. */
  readonly functions: readonly string[];
  /** How long it has until its answer begins, ms. */
  readonly timeoutMs: number;
}

export const auxiliaryLimits = {
  servicesMax: 50,
  namesMax: 200,
  timeoutMs: 30_000,
  timeoutMsMax: 900_000,
  /** Nothing said either way for so long, once it has begun to answer, ms. */
  silenceMsMax: 300_000,
  requestBytesMax: 104_857_600,
  /** Requests at a time: to one, and of one account to all of them. */
  openMax: 256,
  openOfAccountMax: 64,
} as const;

export const auxiliaryName: RegExp = /^[a-z][a-z0-9-]{0,62}$/;

/** Why an address is none of an auxiliary service; undefined: it is. */
export function whyNoAuxiliaryUrl(text: string): string | undefined {
  if (/^unix:\/[^\0]{1,100}$/.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return `'${text.slice(0, 100)}' is none of http://HOST:PORT, https://HOST and unix:/PATH`;
  return url.search !== '' || url.hash !== '' || url.username !== ''
    ? 'it has a query, a fragment or a user'
    : undefined;
}
