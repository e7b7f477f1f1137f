import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { ObjectError } from '../../../../objects/errors.ts';
import type { SignatureClaim } from '../../../auth/signature-claim.ts';
import type { SigningKey } from '../../../auth/signing-key.ts';

/** Checks signatures of chunks, each of which holds for all before it. */
export interface ChunkSigner {
  /** Some of the chunk's bytes. */
  update(data: Uint8Array): void;
  /** The chunk has ended. Throws SignatureDoesNotMatch. */
  check(signature: string | undefined): void;
  /** The trailers, as they are signed: `name:value\n` of each. Throws SignatureDoesNotMatch. */
  checkTrailers(lines: string, signature: string | undefined): void;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
export function chunkSigner(claim: SignatureClaim, key: Pick<SigningKey, 'sign'>): ChunkSigner {
  const { amzDate, date, region, service } = claim;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const nothing = hash('sha256', '', 'hex');
  let before = claim.signature;
  let sum = createHash('sha256');
  const check = (text: string, signature: string | undefined): void => {
    const expected = key.sign(text);
    const given = Buffer.from(signature ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ObjectError('SignatureDoesNotMatch', 'The signature of a chunk does not match the one we calculated.');
    before = expected.toString('hex');
  };
  return {
    update: (data) => void sum.update(data),
    check(signature) {
      const digest = sum.digest('hex');
      sum = createHash('sha256');
      check(`AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${scope}\n${before}\n${nothing}\n${digest}`, signature);
    },
    checkTrailers: (lines, signature) =>
      check(`AWS4-HMAC-SHA256-TRAILER\n${amzDate}\n${scope}\n${before}\n${hash('sha256', lines, 'hex')}`, signature),
  };
}
