import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import type { Admitted } from './admit.ts';
import { decodedChunks, type Trailers } from './aws-chunked.ts';
import { chunkSigner } from './chunk-signer.ts';

/** The body of a request as its client meant it. */
export interface Payload {
  /** To be read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Undefined where nobody said it. */
  readonly bytes?: number;
  /** Hexadecimal, where the body as a whole was signed. */
  readonly sha256?: string;
  /** What came behind the body; complete when it was read. Lower case. */
  readonly trailers: Trailers;
}

const words = /^STREAMING-(?:UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/;

/** Throws InvalidRequest for what no client of S3 says of its body. */
export function payloadOf(request: IncomingMessage, admitted: Admitted): Payload {
  const { declared, claim } = admitted;
  const trailers: Record<string, string> = {};
  const length = numberIn(request.headers['content-length']);
  if (/^[0-9a-f]{64}$/.test(declared))
    return { body: request, trailers, sha256: declared, ...(length !== undefined && { bytes: length }) };
  if (declared === 'UNSIGNED-PAYLOAD')
    return { body: request, trailers, ...(length !== undefined && { bytes: length }) };
  if (!words.test(declared))
    throw new ObjectError(
      'InvalidRequest',
      `x-amz-content-sha256 must be a SHA-256, UNSIGNED-PAYLOAD, or a kind of STREAMING payload; it was '${declared.slice(0, 80)}'.`,
    );
  const bytes = numberIn(request.headers['x-amz-decoded-content-length']);
  if (bytes === undefined)
    throw new ObjectError('MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
  const signer = signsChunks(admitted) ? chunkSigner(claim, admitted.signingKey) : undefined;
  const wantsTrailer = declared.endsWith('-TRAILER');
  return { body: decodedChunks(request, { signer, wantsTrailer, trailers }), bytes, trailers };
}

/** Whether each chunk of the body is signed by itself. */
export function signsChunks({ declared }: Pick<Admitted, 'declared'>): boolean {
  return declared.startsWith('STREAMING-AWS4');
}

/** All of a body that is a document, or XML. Throws EntityTooLarge, and XAmzContentSHA256Mismatch where it is another than was signed. */
export async function wholeBody(
  { body, sha256 }: Payload,
  bytesMax: number = objectLimits.documentBytesMax,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > bytesMax) throw new ObjectError('EntityTooLarge', `A document may have ${bytesMax} bytes.`);
    parts.push(part);
  }
  const all = Buffer.concat(parts);
  if (sha256 !== undefined && hash('sha256', all, 'hex') !== sha256)
    throw new ObjectError(
      'XAmzContentSHA256Mismatch',
      `The provided 'x-amz-content-sha256' header does not match what was computed.`,
    );
  return all;
}

function numberIn(text: string | string[] | undefined): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
