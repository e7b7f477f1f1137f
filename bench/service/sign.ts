import { readFile } from 'node:fs/promises';
import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** Of services under test. */
export const region = 'us-east-1';

/** Who signs. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads the credentials file that a service writes into its home. */
export async function credentialsIn(file: string): Promise<Credentials> {
  const text = await readFile(file, 'utf8');
  const field = (name: string): string => {
    const value = new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`The service's credentials file has no ${name}.`);
    return value;
  };
  return { accessKeyId: field('aws_access_key_id'), secretAccessKey: field('aws_secret_access_key') };
}

/** A signed request. It can be sent again and again for some minutes, until its signature is too old. */
export async function sign(
  credentials: Credentials,
  url: URL,
  method: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
  service = 'lambda',
): Promise<HttpRequest> {
  const sha256 = Hash.bind(null, 'sha256');
  const signer = new SignatureV4({ credentials, region, service, sha256, applyChecksum: true });
  const request = new HttpRequest({
    method,
    protocol: 'http:',
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'content-type': 'application/json', ...more },
    body,
  });
  const { headers } = await signer.sign(request);
  return new HttpRequest({ ...request, headers });
}

/** A signed POST as text, head and body, as the load generator takes it. */
export async function signedText(
  credentials: Credentials,
  port: number,
  path: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
  service = 'lambda',
): Promise<string> {
  const request = await sign(credentials, new URL(path, `http://127.0.0.1:${port}`), 'POST', body, more, service);
  const head = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `POST ${path} HTTP/1.1\r\n${head.join('')}${length}\r\n${body}`;
}

/** An unsigned POST as text. */
export function plainText(port: number, body: string): string {
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
