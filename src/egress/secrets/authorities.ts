import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../model/clock.ts';
import { Lru } from '../../model/lru.ts';

/** What stands between code and a host by TLS: it trusts `cert`, and is shown contexts that this has signed. */
export interface Authority {
  /** PEM. */
  readonly cert: string;
  /** Of a host that it is for. */
  contextOf(host: string): SecureContext;
}

/** Of so many versions of functions, and of so many hosts of each. */
const authoritiesMax = 500;
const hostsMax = 100;
/** One this old is not given to new containers. It is good for longer than any of them lives. */
const ageMsMax = 86_400_000;

/**
 * Authorities of functions that use secrets by TLS: one for each version, which exists only in this process and is good for the version's hosts
 * only. Its key never leaves the service. Made when the first container needs it, and so is the library that makes it loaded.
 */
export class Authorities {
  readonly #clock: Clock;
  readonly #made = new Lru<{ readonly authority: Promise<Authority>; readonly at: number }>(authoritiesMax);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `version`: of a function, whose hosts never change. */
  async of(version: string, hosts: readonly string[]): Promise<Authority> {
    const key = [version, ...hosts].join(' ');
    const known = this.#made.get(key);
    const now = this.#clock.now();
    if (known !== undefined && now - known.at < ageMsMax) return await known.authority;
    const authority = this.#make(hosts);
    this.#made.set(key, { authority, at: now }, 1);
    // What went wrong is not kept.
    authority.catch(() => this.#made.delete(key));
    return await authority;
  }

  async #make(hosts: readonly string[]): Promise<Authority> {
    const { keyText, makeAuthority, makeHostIdentity } = await import('./certificate.ts');
    const issuer = makeAuthority('Heddle, for the secrets of one function', hosts, this.#clock.wall());
    const contexts = new Lru<SecureContext>(hostsMax);
    const contextOf = (host: string): SecureContext => {
      const known = contexts.get(host);
      if (known !== undefined) return known;
      const { cert, key } = makeHostIdentity(host, issuer, this.#clock.wall());
      const context = createSecureContext({ cert: cert + issuer.cert, key: keyText(key) });
      contexts.set(host, context, 1);
      return context;
    };
    return { cert: issuer.cert, contextOf };
  }
}
