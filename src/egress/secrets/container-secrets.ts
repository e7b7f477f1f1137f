import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { authorityFiles } from '../../model/secrets/authority-files.ts';
import type { OpenedSecret, SecretBook } from '../../model/secrets/secret-book.ts';
import { isAmong, isHostOf, placeText, type SecretUse } from '../../model/secrets/secret-use.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Authorities, Authority } from './authorities.ts';
import { environmentOf, type Filling, type Missing } from './substitute.ts';

/** What all containers have in common that use secrets. */
export interface SecretParts {
  readonly book: SecretBook;
  readonly authorities: Authorities;
}

/** What can be put into requests now, and why the rest cannot, in words. */
export interface Fillings {
  readonly fillings: readonly Filling[];
  readonly missing: readonly Missing[];
  /** PEM of whom alone the host's certificate may be from; undefined: whom this machine trusts. */
  readonly authorities?: readonly string[] | undefined;
}

/** Which uses of secrets a function has; a policy that shows it fewer has taken the others away (src/policies/bind.ts). */
export function usesOf({ secrets = [] }: Pick<FunctionVersion, 'secrets'>): readonly SecretUse[] {
  return secrets;
}

/** The secrets of one container: what its code sees instead of them, and where they go. */
export class ContainerSecrets {
  /** Code can be loaded when this has resolved. */
  readonly ready: Promise<void>;
  readonly #account: string;
  readonly #uses: readonly SecretUse[];
  readonly #parts: SecretParts;
  readonly #placeholders = new Map<string, string>();
  #authority: Authority | undefined;

  constructor(fn: Pick<FunctionVersion, 'account' | 'revisionId'>, uses: readonly SecretUse[], parts: SecretParts) {
    this.#account = fn.account;
    this.#uses = uses;
    this.#parts = parts;
    for (const { secret } of uses) this.#placeholders.set(secret, `heddle_secret_${randomBytes(24).toString('hex')}`);
    this.ready = this.#makeAuthority(fn.revisionId);
    this.ready.catch(() => undefined);
  }

  /** PEM of the authority that code is to trust, where there is one. */
  get authority(): string | undefined {
    return this.#authority?.cert;
  }

  /** Where programs look for whom to trust. */
  get trust(): Readonly<Record<string, string>> {
    return this.#authority === undefined ? {} : trustEnvironment;
  }

  get placeholders(): Readonly<Record<string, string>> {
    return environmentOf(this.#uses, (secret) => this.#placeholders.get(secret) ?? '');
  }

  get ports(): readonly number[] {
    return this.#uses.map(({ port }) => port);
  }

  /** Whether requests there are looked into, and how they are spoken. */
  at(name: string, port: number): SecretUse['scheme'] | undefined {
    return this.#uses.find((use) => use.port === port && isHostOf(use.host, name))?.scheme;
  }

  contextOf(name: string): ReturnType<Authority['contextOf']> | undefined {
    return this.#authority?.contextOf(name);
  }

  /** What goes to a host now. A secret that was changed or removed is so from the next request on. */
  fillings(name: string, port: number): Fillings {
    const fillings: Filling[] = [];
    const missing: Missing[] = [];
    const authorities: (string | undefined)[] = [];
    for (const use of this.#uses) {
      if (use.port !== port || !isHostOf(use.host, name)) continue;
      const opened = this.#parts.book.open(this.#account, use.secret);
      const placeholder = this.#placeholders.get(use.secret) ?? '';
      const why = whyNot(use, name, opened);
      if (opened === undefined || why !== undefined) missing.push({ use, placeholder, why: why ?? '' });
      else {
        fillings.push({ use, placeholder, value: opened.value });
        authorities.push(opened.authority);
      }
    }
    // Each secret says whom alone it trusts: a host gets none of them that not all of those trust.
    const [first, ...others] = authorities.filter((text) => text !== undefined).map(certificatesIn);
    if (first === undefined) return { fillings, missing };
    return {
      fillings,
      missing,
      authorities: first.filter((one) => others.every((other) => other.includes(one))),
    };
  }

  /** The container is a fork of one that has these: its code has their placeholders, and trusts whom that did. */
  continueFrom(of: ContainerSecrets): void {
    if (this.#account !== of.#account || !isDeepStrictEqual(this.#uses, of.#uses)) return;
    for (const [secret, placeholder] of of.#placeholders) this.#placeholders.set(secret, placeholder);
    this.#authority = of.#authority;
  }

  used(secret: string, wallMs: number): void {
    this.#parts.book.used(this.#account, secret, wallMs);
  }

  async #makeAuthority(version: string): Promise<void> {
    const hosts = this.#uses.filter(({ scheme }) => scheme === 'https').map(({ host }) => host);
    if (hosts.length > 0) this.#authority = await this.#parts.authorities.of(version, [...new Set(hosts)]);
  }
}

function certificatesIn(pem: string): readonly string[] {
  return pem.replaceAll('\r', '').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function whyNot(use: SecretUse, name: string, opened: OpenedSecret | undefined): string | undefined {
  const { secret } = use;
  if (opened === undefined) return `there is no secret ${secret}. To set it: heddle secret set ${secret}`;
  const { places } = opened;
  if (places.length === 0 || isAmong(places, name, use)) return undefined;
  return `the secret ${secret} may be sent to ${places.map(placeText).join(', ')} only`;
}

/** OpenSSL and so Python and Ruby, curl, requests, AWS's SDKs, Node, git, pip, Deno: each has its own. */
const trustEnvironment: Readonly<Record<string, string>> = {
  SSL_CERT_FILE: authorityFiles.all,
  CURL_CA_BUNDLE: authorityFiles.all,
  REQUESTS_CA_BUNDLE: authorityFiles.all,
  AWS_CA_BUNDLE: authorityFiles.all,
  GIT_SSL_CAINFO: authorityFiles.all,
  PIP_CERT: authorityFiles.all,
  DENO_CERT: authorityFiles.own,
  NODE_EXTRA_CA_CERTS: authorityFiles.own,
};
