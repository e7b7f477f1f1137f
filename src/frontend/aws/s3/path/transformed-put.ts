import { objectLimits } from '../../../../objects/object-limits.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { checkWrite } from '../../../../objects/rules/conditions.ts';
import { checkKey } from '../../../../objects/rules/names.ts';
import type { S3Call, S3Reply } from '../context.ts';
import { causeOf } from '../notifications/cause.ts';
import { aboutOf } from '../objects/about.ts';
import { saidChecksum } from '../objects/checksum-headers.ts';
import { conditionsOf } from '../objects/conditions-of.ts';
import type { InputSource } from './input.ts';
import { runChain } from './run-chain.ts';
import type { PathStep } from './settings.ts';

/** `PUT` through functions: what came is staged and checked by what its client said of it, and what comes out of the last function is stored. */
export async function transformedPut(call: S3Call, steps: readonly PathStep[]): Promise<S3Reply> {
  const { context, headers, objectKey, payload } = call;
  const { store } = context;
  const bucket = call.bucket();
  checkKey(objectKey);
  const about = aboutOf(headers);
  const conditions = conditionsOf(headers);
  checkWrite(conditions, store.find(bucket, objectKey));
  if (payload.bytes === undefined && headers['transfer-encoding'] === undefined)
    throw new ObjectError('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  const { name, expected } = saidChecksum(headers, payload);
  await using came = await store.receive(payload.body, {
    bytesMax: objectLimits.putBytesMax,
    expected,
    ...(payload.bytes !== undefined && { bytes: payload.bytes }),
    ...(name !== undefined && { checksum: name }),
  });
  const { bytes, md5: etag } = came;
  const all = { start: 0, end: bytes - 1 };
  const source: InputSource = { headers: about.headers, bytes, read: (range) => store.bytesOf(came, range ?? all) };
  using chain = await runChain(call, 'put', steps, source, { ...about, bytes, etag });
  const { last } = chain;
  try {
    await using received = await store.receive(last.body, { bytesMax: objectLimits.putBytesMax, expected: () => ({}) });
    const type = last.headers['content-type'];
    const object = { ...about, headers: { ...about.headers, ...(type !== undefined && { 'content-type': type }) } };
    const metadata = { ...about.metadata, ...metadataOf(last.headers) };
    const stored = await store.put(
      bucket,
      { ...object, metadata, key: objectKey, bytes: received.bytes, etag: received.md5 },
      received,
      { conditions, cause: causeOf(call, 'ObjectCreated:Put') },
    );
    last.finish();
    return { status: 200, headers: { etag: `"${stored.etag}"` } };
  } catch (error) {
    last.finish(error);
    throw error;
  }
}

function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const said = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(said.map(([name, value]) => [name.slice(11), value]));
}
