import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../model/clock.ts';
import { isIssuer, type OidcTrust } from '../../policies/role.ts';

/** Fetches a document, as an account's functions may connect to its host. Rejects where it does not come. */
export type FetchFor = (account: string, url: URL) => Promise<{ readonly status: number; readonly text: string }>;

/** How long keys are believed that were fetched, and that there are none, ms. */
const goodMs = 600_000;
const badMs = 30_000;
const knownMax = 500;

/** The issuer cannot be asked, or says nothing that could be used. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
}

interface Known {
  readonly until: number;
  readonly set: Promise<JWTVerifyGetKey>;
}

/**
 * Keys by which issuers sign their tokens. Fetched ones are believed for ten minutes; who asks with what is signed by another key has them fetched
 * anew at most every half minute, so that strangers cannot have somebody's server asked by this one again and again.
 */
export class IssuerKeys {
  readonly #fetch: FetchFor;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(fetch: FetchFor, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Rejects with IssuerError. */
  async of(account: string, { issuer, keys }: OidcTrust): Promise<JWTVerifyGetKey> {
    const { createLocalJWKSet } = await import('jose');
    if (keys !== undefined) return createLocalJWKSet(keySet(keys, issuer));
    const name = `${account} ${issuer}`;
    const known = this.#known.get(name);
    if (known !== undefined && known.until > this.#clock.now()) return await known.set;
    const set = this.#fetched(account, issuer).then((found) => createLocalJWKSet(found));
    this.#remember(name, set, goodMs);
    set.catch(() => this.#remember(name, set, badMs));
    return await set;
  }

  /** A token was signed by a key that is not among those known: they may be others by now. */
  stale(account: string, { issuer }: OidcTrust): void {
    const name = `${account} ${issuer}`;
    const known = this.#known.get(name);
    if (known !== undefined) this.#remember(name, known.set, Math.min(badMs, known.until - this.#clock.now()));
  }

  async #fetched(account: string, issuer: string): Promise<JSONWebKeySet> {
    const about = await this.#json(account, `${issuer}/.well-known/openid-configuration`);
    const { issuer: said, jwks_uri: place } = about;
    if (said !== issuer && said !== `${issuer}/`)
      throw new IssuerError(`What ${issuer} says of itself is of another issuer.`);
    if (typeof place !== 'string' || !isIssuer(place))
      throw new IssuerError(`${issuer} does not say where its keys are.`);
    return keySet(await this.#json(account, place), issuer);
  }

  async #json(account: string, place: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      const { status, text } = await this.#fetch(account, new URL(place));
      if (status !== 200) throw new Error(`it answered ${status}`);
      const value: unknown = JSON.parse(text);
      return Object.fromEntries(Object.entries(Object(value)));
    } catch (cause) {
      throw new IssuerError(`${place} could not be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  #remember(name: string, set: Promise<JWTVerifyGetKey>, ms: number): void {
    this.#known.delete(name);
    this.#known.set(name, { set, until: this.#clock.now() + ms });
    const [oldest] = this.#known.keys();
    if (this.#known.size > knownMax && oldest !== undefined) this.#known.delete(oldest);
  }
}

function keySet(value: object, issuer: string): JSONWebKeySet {
  const keys: unknown = Object(value)['keys'];
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > 100)
    throw new IssuerError(`The keys of ${issuer} are no JSON Web Key Set with 1 to 100 keys.`);
  return { keys };
}
