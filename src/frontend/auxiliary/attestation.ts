import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';
import type { AuxiliaryBook } from '../../store/auxiliary/contract.ts';

/** For how long a token says who calls, seconds: whoever reads it does so at once. */
const secondsMax = 60;
const algorithm = 'EdDSA';
const issuer = 'heddle';

/** What is asked for, so that a token is good for nothing else. */
export interface Asked {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** Says who calls, in tokens (RFC 7519) that everybody can check by the key that the service publishes (RFC 7517). */
export class Attestation {
  readonly #key: CryptoKey | Uint8Array;
  /** The public key, as a set. */
  readonly keys: { readonly keys: readonly JWK[] };
  readonly #kid: string;

  private constructor(key: CryptoKey | Uint8Array, shown: JWK, kid: string) {
    this.#key = key;
    this.#kid = kid;
    this.keys = { keys: [{ ...shown, kid, alg: algorithm, use: 'sig' }] };
  }

  /** By the home's key, which is made where there is none. */
  static async open(book: Pick<AuxiliaryBook, 'key'>): Promise<Attestation> {
    const kept: JWK = JSON.parse(await book.key(newKey));
    const { d: _, ...shown } = kept;
    return new Attestation(await importJWK(kept, algorithm), shown, await calculateJwkThumbprint(shown));
  }

  /** A token about a caller, for one request. */
  token(
    { function: fn, tenantId, container, invocation }: AttestedCaller,
    { service, method, path }: Asked,
    wallMs: number,
  ): Promise<string> {
    const running = invocation();
    const claims = {
      account: fn.account,
      function: fn.name,
      version: fn.version,
      container,
      ...(running !== undefined && { request: running.requestId }),
      ...(running?.traceId !== undefined && { trace: running.traceId }),
      ...(tenantId !== undefined && { tenant: tenantId }),
      htm: method,
      htu: path,
    };
    const now = Math.floor(wallMs / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: this.#kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(fn.arn)
      .setAudience(service)
      .setIssuedAt(now)
      .setExpirationTime(now + secondsMax)
      .setJti(randomUUID())
      .sign(this.#key);
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}
