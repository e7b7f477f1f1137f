import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from '../../store/contract.ts';

/** Whom a request is signed for. */
export interface Signer {
  readonly url: string;
  readonly region: string;
  readonly key: Pick<AccessKey, 'accessKeyId' | 'secretAccessKey'>;
}

/** What can be different from an ordinary signature. */
export interface SigningChanges {
  readonly service?: string;
  readonly signingDate?: Date;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers of a request signed as AWS's clients sign it. `path` may have a query. */
export async function signedHeaders(
  signer: Signer,
  method: string,
  path: string,
  body = '',
  changes: SigningChanges = {},
): Promise<Record<string, string>> {
  const { headers } = await signatureOf(signer, changes).sign(requestOf(signer, method, path, body, changes), {
    ...(changes.signingDate !== undefined && { signingDate: changes.signingDate }),
  });
  // fetch sets it itself and refuses to be told.
  const { host: _host, ...others } = headers;
  return others;
}

/** A URL that carries its signature. */
export async function presignedUrl(
  signer: Signer,
  method: string,
  path: string,
  expiresIn: number,
  changes: SigningChanges = {},
): Promise<string> {
  const { query } = await signatureOf(signer, changes).presign(requestOf(signer, method, path, '', changes), {
    expiresIn,
    ...(changes.signingDate !== undefined && { signingDate: changes.signingDate }),
  });
  const url = new URL(path, signer.url);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
  return url.href;
}

function signatureOf({ region, key }: Signer, { service = 'lambda' }: SigningChanges): SignatureV4 {
  return new SignatureV4({ service, region, credentials: key, sha256: Hash.bind(null, 'sha256') });
}

function requestOf(signer: Signer, method: string, path: string, body: string, changes: SigningChanges): HttpRequest {
  const url = new URL(path, signer.url);
  return new HttpRequest({
    method,
    path: url.pathname,
    query: Object.fromEntries(
      [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
    ),
    headers: { host: url.host, ...changes.headers },
    body,
  });
}
