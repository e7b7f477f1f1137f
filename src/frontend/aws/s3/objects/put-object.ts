import type { StoredObject } from '../../../../objects/contract.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { checkWrite } from '../../../../objects/rules/conditions.ts';
import { checkKey } from '../../../../objects/rules/names.ts';
import type { S3Operation } from '../context.ts';
import { causeOf } from '../notifications/cause.ts';
import { aboutOf } from './about.ts';
import { checksumHeaders, saidChecksum } from './checksum-headers.ts';
import { conditionsOf } from './conditions-of.ts';

/** `PUT /BUCKET/KEY` */
export const putObject: S3Operation = async (call) => {
  const { context, headers, objectKey, payload } = call;
  const bucket = call.bucket();
  checkKey(objectKey);
  const about = aboutOf(headers);
  const { name, expected } = saidChecksum(headers, payload);
  const conditions = conditionsOf(headers);
  // Before its bytes come, so that nobody sends them for nothing; decided is when they are there.
  checkWrite(conditions, context.store.find(bucket, objectKey));
  if (payload.bytes === undefined && headers['transfer-encoding'] === undefined)
    throw new ObjectError('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  await using received = await context.store.receive(payload.body, {
    bytesMax: objectLimits.putBytesMax,
    expected,
    ...(payload.bytes !== undefined && { bytes: payload.bytes }),
    ...(name !== undefined && { checksum: name }),
  });
  const checksum = name && { name, value: received.checksum ?? '', type: 'FULL_OBJECT' as const };
  const stored = await context.store.put(
    bucket,
    { ...about, key: objectKey, bytes: received.bytes, etag: received.md5, ...(checksum && { checksum }) },
    received,
    { conditions, cause: causeOf(call, 'ObjectCreated:Put') },
  );
  return { status: 200, headers: putHeaders(stored) };
};

/** What is told of an object that was written. */
export function putHeaders({ etag, checksum }: StoredObject): Readonly<Record<string, string>> {
  return { etag: `"${etag}"`, ...checksumHeaders(checksum) };
}
