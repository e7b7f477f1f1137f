import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { partNumber } from '../../../../objects/rules/multipart.ts';
import { copyRange } from '../../../../objects/rules/ranges.ts';
import type { S3Operation } from '../context.ts';
import { document, element } from '../documents/xml.ts';
import { checksumElement, checksumHeaders, saidChecksum } from '../objects/checksum-headers.ts';
import { copySource } from '../objects/copy-source.ts';
import { checkAsked } from '../objects/about.ts';

/** `PUT /BUCKET/KEY?partNumber&uploadId` */
export const uploadPart: S3Operation = async (call) => {
  const { context, headers, query, payload, objectKey } = call;
  const { store } = context;
  const bucket = call.bucket();
  checkAsked(headers);
  const number = partNumber(query['partNumber']);
  const upload = store.uploads.get(bucket, objectKey, query['uploadId'] ?? '');
  const { name: said, expected } = saidChecksum(headers, payload);
  const name = upload.checksum?.name ?? said;
  if (said !== undefined && said !== name)
    throw new ObjectError(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${name}, actual checksum Type: ${said}.`,
    );
  if (payload.bytes === undefined && headers['transfer-encoding'] === undefined)
    throw new ObjectError('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  await using received = await store.receive(payload.body, {
    bytesMax: objectLimits.putBytesMax,
    expected,
    ...(payload.bytes !== undefined && { bytes: payload.bytes }),
    ...(name !== undefined && { checksum: name }),
  });
  const { md5, checksum } = await store.uploads.putPart(bucket, upload, number, received);
  const told = name !== undefined && checksum !== undefined ? checksumHeaders({ name, value: checksum }) : {};
  return { status: 200, headers: { etag: `"${md5}"`, ...told } };
};

/** The same with `x-amz-copy-source`: read and written again, as its checksum has to be known. */
export const uploadPartCopy: S3Operation = async (call) => {
  const { context, headers, query, objectKey } = call;
  const { store } = context;
  const bucket = call.bucket();
  const number = partNumber(query['partNumber']);
  const upload = store.uploads.get(bucket, objectKey, query['uploadId'] ?? '');
  using source = copySource(call);
  const { bytes } = source.object;
  const range = copyRange(headers['x-amz-copy-source-range'], bytes) ?? { start: 0, end: bytes - 1 };
  const name = upload.checksum?.name;
  await using received = await store.receive(copied(source.bytes(range)), {
    bytes: range.end - range.start + 1,
    bytesMax: objectLimits.putBytesMax,
    expected: () => ({}),
    ...(name !== undefined && { checksum: name }),
  });
  const { md5, checksum, modifiedMs } = await store.uploads.putPart(bucket, upload, number, received);
  const told = [element('ETag', `"${md5}"`), element('LastModified', new Date(modifiedMs).toISOString())];
  if (name !== undefined) told.push(element(checksumElement(name), checksum));
  return { status: 200, xml: document('CopyPartResult', ...told) };
};

/** What is read is overwritten by what is read next; what is written must stay for longer. */
async function* copied(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const part of parts) yield Buffer.from(part);
}
