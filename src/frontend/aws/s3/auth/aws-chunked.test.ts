import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignatureClaim } from '../../../auth/signature-claim.ts';
import { signingKey } from '../../../auth/signature.ts';
import { decodedChunks } from './aws-chunked.ts';
import { chunkSigner } from './chunk-signer.ts';

/** The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
const claim: SignatureClaim = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
  amzDate: '20130524T000000Z',
  signedHeaders: [],
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const signatures = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];
const sizes = [65_536, 1_024, 0];

function encoded(letter = 'a'): Buffer {
  return Buffer.from(
    sizes
      .map((size, at) => `${size.toString(16)};chunk-signature=${signatures[at]}\r\n${letter.repeat(size)}\r\n`)
      .join(''),
  );
}

async function* inPieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function decoded(
  source: AsyncIterable<Buffer>,
  signed: boolean,
  trailers?: Record<string, string>,
): Promise<string> {
  const signer = signed ? chunkSigner(claim, signingKey(claim, secret)) : undefined;
  const parts: Uint8Array[] = [];
  const how = { signer, wantsTrailer: trailers !== undefined, trailers: trailers ?? {} };
  for await (const part of decodedChunks(source, how)) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

test('AWS’s own example is read, however it is cut', async () => {
  for (const size of [7, 1_000, 1_000_000])
    assert.equal(await decoded(inPieces(encoded(), size), true), 'a'.repeat(66_560));
});

test('a chunk that is another than was signed is refused', async () => {
  await assert.rejects(decoded(inPieces(encoded('b'), 999), true), { code: 'SignatureDoesNotMatch' });
});

test('trailers come behind the last chunk', async () => {
  const trailers: Record<string, string> = {};
  const body = Buffer.from('3\r\nabc\r\n0\r\nx-amz-checksum-crc32: NSRBwg==\r\n\r\n');
  assert.equal(await decoded(inPieces(body, 4), false, trailers), 'abc');
  assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'NSRBwg==' });
});

test('what ends too soon, has no sizes or goes on behind its end is refused', async () => {
  const refused = (text: string, code: string) =>
    assert.rejects(decoded(inPieces(Buffer.from(text), 3), false), { code });
  await refused('3\r\nab', 'IncompleteBody');
  await refused('3\r\nabc\r\n', 'IncompleteBody');
  await refused('x\r\n', 'InvalidRequest');
  await refused('1\r\nabc\r\n0\r\n\r\n', 'InvalidRequest');
  await refused('0'.repeat(2_000), 'InvalidRequest');
  await refused(`0\r\n${'x'.repeat(2_000)}`, 'InvalidRequest');
});
