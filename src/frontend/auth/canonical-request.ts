import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4Base, getCanonicalHeaders } from '@smithy/signature-v4';
import type { SignedRequest } from './signature-claim.ts';

/** The text whose hash is signed. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return plainCanonicalRequest(request, signedHeaders, payloadHash) ?? library.of(request, signedHeaders, payloadHash);
}

/** The same as S3 has it, where a path is signed as it is sent: not encoded again, and with all its dots and slashes. */
export function objectCanonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return objectLibrary.of(request, signedHeaders, payloadHash);
}

/** Segments of characters that no encoding touches, none of them empty, `.` or `..`. */
const plainPath = /^(?:\/[A-Za-z0-9_~-]+)+$/;
/** What canonicalisation changes in a value: runs of white space, and white space at its ends. */
const unplainValue = /[\t\r\n]| {2}|^ | $/;

/**
 * Most requests are in canonical form already: nothing to encode, fold or sort. Then there is nothing to decide, and
 * putting the parts together takes a tenth of the library's time. Undefined for every other request.
 */
export function plainCanonicalRequest(
  { method, path, query, headers }: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string | undefined {
  if (!plainPath.test(path) || signedHeaders.length === 0) return undefined;
  for (const _name in query) return undefined;
  let lines = '';
  let before = '';
  for (const name of signedHeaders) {
    const value = headers[name];
    if (name <= before || typeof value !== 'string' || unplainValue.test(value)) return undefined;
    lines += `${name}:${value}\n`;
    before = name;
  }
  return `${method}\n${path}\n\n${lines}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

/** Canonicalisation by the library that AWS's own clients sign with, so that both agree on every corner. */
class Library extends SignatureV4Base {
  constructor(uriEscapePath: boolean) {
    const credentials = { accessKeyId: '', secretAccessKey: '' };
    super({ service: 'lambda', region: '', credentials, sha256: Hash.bind(null, 'sha256'), uriEscapePath });
  }

  of(request: SignedRequest, signedHeaders: readonly string[], payloadHash: string): string {
    const headers: Record<string, string> = {};
    for (const name of signedHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const query: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.query))
      query[name] = typeof value === 'string' ? value : [...value];
    const http = new HttpRequest({ method: request.method, path: request.path, query, headers });
    // The library leaves some headers out unless it is told that they were signed.
    const canonicalHeaders = getCanonicalHeaders(http, undefined, new Set(signedHeaders));
    return this.createCanonicalRequest(http, canonicalHeaders, payloadHash);
  }
}

const library = new Library(true);
const objectLibrary = new Library(false);

/** For the test that both ways give the same. */
export function libraryCanonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return library.of(request, signedHeaders, payloadHash);
}
