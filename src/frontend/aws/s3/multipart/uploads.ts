import type { Upload } from '../../../../objects/contract.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { checkType, usualType, type ObjectChecksum } from '../../../../objects/rules/checksums.ts';
import { checkKey } from '../../../../objects/rules/names.ts';
import { wholeBody } from '../auth/payload.ts';
import type { S3Call, S3Operation } from '../context.ts';
import { all, document, element, elements, malformed, parseDocument, text, type Parsed } from '../documents/xml.ts';
import { aboutOf } from '../objects/about.ts';
import { checksumElement, namedAlgorithm } from '../objects/checksum-headers.ts';
import { conditionsOf } from '../objects/conditions-of.ts';
import { causeOf } from '../notifications/cause.ts';

/** `POST /BUCKET/KEY?uploads` */
export const createUpload: S3Operation = async (call) => {
  const { context, headers, objectKey, bucketName } = call;
  const bucket = call.bucket();
  checkKey(objectKey);
  if (call.place().path.put.length > 0)
    throw new ObjectError(
      'NotImplemented',
      `What is written to '${bucketName}' goes through functions, and so in one piece: put it with one request.`,
    );
  const name = namedAlgorithm(headers['x-amz-checksum-algorithm']);
  const checksum = name && { name, type: typeOf(headers['x-amz-checksum-type']) ?? usualType(name) };
  if (checksum !== undefined) checkType(checksum.name, checksum.type);
  const upload = await context.store.uploads.begin(bucket, {
    ...aboutOf(headers),
    key: objectKey,
    ...(checksum && { checksum }),
  });
  const told = checksum && {
    'x-amz-checksum-algorithm': checksum.name.toUpperCase(),
    'x-amz-checksum-type': checksum.type,
  };
  return {
    status: 200,
    ...(told && { headers: told }),
    xml: document(
      'InitiateMultipartUploadResult',
      element('Bucket', bucketName),
      element('Key', objectKey),
      element('UploadId', upload.id),
    ),
  };
};

/** `POST /BUCKET/KEY?uploadId` */
export const completeUpload: S3Operation = async (call) => {
  const { context, headers, payload, objectKey, bucketName } = call;
  const { bucket, upload } = uploadOf(call);
  const asked = parseDocument(await wholeBody(payload), 'CompleteMultipartUpload');
  const name = upload.checksum?.name;
  const named = all(asked, 'Part').map((part) => namedPart(part, name && checksumElement(name)));
  const expected = name && headers[`x-amz-checksum-${name}`];
  const write = { conditions: conditionsOf(headers), cause: causeOf(call, 'ObjectCreated:CompleteMultipartUpload') };
  const stored = await context.store.uploads.complete(bucket, upload, named, write, expected);
  const told = [
    element('Location', `/${bucketName}/${objectKey}`),
    element('Bucket', bucketName),
    element('Key', objectKey),
    element('ETag', `"${stored.etag}"`),
  ];
  const { checksum } = stored;
  if (checksum !== undefined)
    told.push(element(checksumElement(checksum.name), checksum.value), element('ChecksumType', checksum.type));
  return { status: 200, xml: document('CompleteMultipartUploadResult', ...told) };
};

/** `DELETE /BUCKET/KEY?uploadId` */
export const abortUpload: S3Operation = async (call) => {
  await call.context.store.uploads.abort(uploadOf(call).upload);
  return { status: 204 };
};

/** `GET /BUCKET/KEY?uploadId` */
export const listParts: S3Operation = async (call) => {
  const { query, context, bucketName, objectKey } = call;
  const { upload } = uploadOf(call);
  const max = numberOf(query['max-parts'], objectLimits.keysListedMax);
  const marker = numberOf(query['part-number-marker'], objectLimits.partsMax, 0);
  const parts = context.store.uploads.parts(upload, marker, max + 1);
  const shown = parts.slice(0, max);
  const name = upload.checksum?.name;
  const xml = shown.map(({ number, modifiedMs, md5, bytes, checksum }) =>
    element(
      'Part',
      elements(
        element('PartNumber', number),
        element('LastModified', new Date(modifiedMs).toISOString()),
        element('ETag', `"${md5}"`),
        element('Size', bytes),
        name === undefined ? '' : element(checksumElement(name), checksum),
      ),
    ),
  );
  const common = [
    element('Bucket', bucketName),
    element('Key', objectKey),
    element('UploadId', upload.id),
    element('PartNumberMarker', marker),
    element('NextPartNumberMarker', shown.at(-1)?.number ?? marker),
    element('MaxParts', max),
    element('IsTruncated', parts.length > max),
    element('StorageClass', 'STANDARD'),
    element('ChecksumAlgorithm', name?.toUpperCase()),
    element('ChecksumType', upload.checksum?.type),
  ];
  return { status: 200, xml: document('ListPartsResult', ...common, ...xml) };
};

/** `GET /BUCKET?uploads` */
export const listUploads: S3Operation = async (call) => {
  const { query, context, bucketName } = call;
  const {
    prefix = '',
    delimiter,
    'key-marker': key = '',
    'upload-id-marker': id = '',
    'encoding-type': encoding,
  } = query;
  if (delimiter !== undefined && delimiter !== '')
    throw new ObjectError('NotImplemented', 'Uploads are listed one by one: without a delimiter.');
  const encode = (value: string): string => (encoding === 'url' ? encodeURIComponent(value) : value);
  const max = numberOf(query['max-uploads'], objectLimits.keysListedMax);
  // A marker that is a key only is behind all uploads of that key.
  const after = { key, id: key !== '' && id === '' ? '\u{10ffff}' : id };
  const found = context.store.uploads.list(call.bucket(), prefix, after, max + 1);
  const shown = found.slice(0, max);
  const last = found.length > max ? shown.at(-1) : undefined;
  const xml = shown.map((upload) =>
    element(
      'Upload',
      elements(
        element('Key', encode(upload.key)),
        element('UploadId', upload.id),
        element('StorageClass', 'STANDARD'),
        element('Initiated', new Date(upload.begunMs).toISOString()),
      ),
    ),
  );
  const common = [
    element('Bucket', bucketName),
    element('KeyMarker', encode(key)),
    element('UploadIdMarker', id),
    element('NextKeyMarker', last && encode(last.key)),
    element('NextUploadIdMarker', last?.id),
    element('Prefix', encode(prefix)),
    element('EncodingType', encoding),
    element('MaxUploads', max),
    element('IsTruncated', found.length > max),
  ];
  return { status: 200, xml: document('ListMultipartUploadsResult', ...common, ...xml) };
};

function uploadOf(call: S3Call): { readonly bucket: ReturnType<S3Call['bucket']>; readonly upload: Upload } {
  const bucket = call.bucket();
  return { bucket, upload: call.context.store.uploads.get(bucket, call.objectKey, call.query['uploadId'] ?? '') };
}

function namedPart(
  part: Parsed,
  checksum: string | undefined,
): { readonly number: number; readonly etag: string; readonly checksum: string | undefined } {
  const number = Number(text(part, 'PartNumber'));
  const etag = text(part, 'ETag');
  if (!Number.isInteger(number) || etag === undefined) throw malformed('a part has no number or no ETag');
  return { number, etag, checksum: checksum && text(part, checksum) };
}

function typeOf(word: string | undefined): ObjectChecksum['type'] | undefined {
  if (word === undefined || word === 'COMPOSITE' || word === 'FULL_OBJECT') return word;
  throw new ObjectError('InvalidRequest', `Value for x-amz-checksum-type header is invalid: '${word.slice(0, 20)}'.`);
}

function numberOf(word: string | undefined, max: number, usual: number = max): number {
  if (word === undefined || word === '') return usual;
  if (!/^\d{1,10}$/.test(word)) throw new ObjectError('InvalidArgument', `'${word.slice(0, 20)}' is no number.`);
  return Math.min(Number(word), max);
}
