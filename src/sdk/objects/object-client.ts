import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Connection } from '../connection.ts';
import { credentialsOf } from '../threads/session/service-key.ts';
import { UnreachableError } from '../signed-http.ts';

const http = process.getBuiltinModule('node:http');
const https = (): typeof import('node:https') => process.getBuiltinModule('node:https');

/** The service refused it, in S3's words. */
export class ObjectRefusedError extends Error {
  override readonly name = 'ObjectRefusedError';
}

/** One request to object storage. */
export interface ObjectRequest {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'PUT';
  readonly bucket: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** With its length. */
  readonly body?: { readonly stream: Readable; readonly bytes: number };
}

/** Sends one, whose signature is in its address and whose body comes as it is. Throws UnreachableError, ObjectRefusedError. */
export async function sendObjectRequest(connection: Connection, request: ObjectRequest): Promise<IncomingMessage> {
  const { url, region } = connection;
  const { protocol, hostname, host, port } = new URL(url);
  const { method, bucket, key = '', query = {}, headers = {}, body } = request;
  const encode = (part: string): string =>
    encodeURIComponent(part).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const path = `/${[bucket, ...(key === '' ? [] : key.split('/'))].map(encode).join('/')}`;
  const credentials = credentialsOf(connection);
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Hash.bind(null, 'sha256'),
    uriEscapePath: false,
  });
  const asked = new HttpRequest({
    method,
    protocol,
    hostname,
    path,
    query: { ...query },
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  });
  const { query: signed = {} } = await signer.presign(asked, {
    expiresIn: 900,
    unhoistableHeaders: new Set(['x-amz-content-sha256']),
  });
  const search = Object.entries(signed)
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join('&');
  const { request: send } = protocol === 'https:' ? https() : http;
  const length = body === undefined ? {} : { 'content-length': String(body.bytes) };
  const options = {
    method,
    hostname,
    port,
    path: `${path}?${search}`,
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...length, ...headers },
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(options, resolve);
    const failed = (cause: unknown): void =>
      reject(new UnreachableError(`${url} does not answer, or broke off.`, { cause }));
    sent.once('error', failed);
    if (body === undefined) sent.end();
    else void pipeline(body.stream, sent).catch(failed);
  });
  const { statusCode = 500 } = answer;
  if (statusCode < 300) return answer;
  const said = await text(answer);
  const [, code = String(statusCode)] = /<Code>([^<]*)</.exec(said) ?? [];
  const [, message = `${method} ${path}`] = /<Message>([^<]*)</.exec(said) ?? [];
  throw new ObjectRefusedError(`${code}: ${unescaped(message)}`);
}

/** Texts of an element in a document of the service. */
export function elementsIn(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inner = '']) => inner);
}

/** What stands in an element, as text. */
export function unescaped(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#xD;', '\r')
    .replaceAll('&amp;', '&');
}
