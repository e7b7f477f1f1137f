import type { IncomingMessage } from 'node:http';
import { ObjectError } from '../../../objects/errors.ts';
import type { SignedRequest } from '../../auth/signature-claim.ts';

/** What a request says of itself by its first line. */
export interface Address {
  /** As it was sent. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly bucketName: string;
  readonly objectKey: string;
}

/** Reads the address of a request. Throws InvalidArgument for one that is no text. */
export function addressOf(url: string): Address {
  const form = /^https?:\/\/[^/?]*(.*)$/is.exec(url)?.[1] ?? url;
  const at = form.indexOf('?');
  const path = at === -1 ? form : form.slice(0, at);
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path === '' ? '/' : path) ?? [];
  return {
    path: path === '' ? '/' : path,
    query: queryOf(at === -1 ? '' : form.slice(at + 1)),
    bucketName: decoded(bucket),
    objectKey: decoded(key),
  };
}

/** The request as far as its signature covers it. */
export function signedPartOf(request: IncomingMessage, { path, query }: Address): SignedRequest {
  return { method: request.method ?? '', path, query, headers: request.headers };
}

function queryOf(text: string): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null);
  for (const part of text === '' ? [] : text.split('&')) {
    const at = part.indexOf('=');
    const name = decoded((at === -1 ? part : part.slice(0, at)).replaceAll('+', ' '));
    // Who says something twice could have one of it signed and mean the other.
    if (name in query) throw new ObjectError('InvalidArgument', `The query has '${name.slice(0, 80)}' twice.`);
    query[name] = at === -1 ? '' : decoded(part.slice(at + 1).replaceAll('+', ' '));
  }
  return query;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ObjectError('InvalidArgument', `'${text.slice(0, 80)}' is not percent-encoded UTF-8.`, cause);
  }
}
