import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ConnectionOf } from './outside-sources.ts';

/** Ten messages of 1 MiB, as JSON with what is around them. */
const answerBytesMax = 16_777_216;
/** For an answer that does not wait for messages, ms. */
const answerMsMax = 15_000;

/** A request of SQS's JSON protocol, signed; gives its answer. Throws where that is an error, or there is none. */
export async function askSqs(
  to: ConnectionOf<'sqs'>,
  operation: string,
  input: object,
  { waitMs = 0, signal }: { readonly waitMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(to.url);
  const body = JSON.stringify(input);
  const { region, accessKeyId, secretAccessKey, sessionToken } = to;
  const signer = new SignatureV4({
    service: 'sqs',
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Hash.bind(null, 'sha256'),
  });
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    },
    body,
  });
  const { headers } = await signer.sign(request);
  const { host: _, ...sent } = headers;
  const late = AbortSignal.timeout(waitMs + answerMsMax);
  const response = await fetch(url, {
    method: 'POST',
    headers: sent,
    body,
    redirect: 'error',
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  });
  const text = await textOf(response);
  if (!response.ok) throw new Error(`${operation} was answered with ${response.status}: ${text.slice(0, 300)}`);
  const answer: unknown = text === '' ? {} : JSON.parse(text);
  return { ...Object(answer) };
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > answerBytesMax)
      throw new Error(`An answer has more than the ${answerBytesMax} bytes that it may have.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
