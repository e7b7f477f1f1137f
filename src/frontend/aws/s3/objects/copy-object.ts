import { ObjectError } from '../../../../objects/errors.ts';
import { checkKey } from '../../../../objects/rules/names.ts';
import type { S3Operation } from '../context.ts';
import { document, element } from '../documents/xml.ts';
import { causeOf } from '../notifications/cause.ts';
import { aboutOf, checkAsked, tagsOf } from './about.ts';
import { checksumElement, namedAlgorithm } from './checksum-headers.ts';
import { conditionsOf } from './conditions-of.ts';
import { copySource } from './copy-source.ts';

/** `PUT /BUCKET/KEY` with `x-amz-copy-source`: the bytes are on the disk once, and so ETag and parts are the source's. */
export const copyObject: S3Operation = async (call) => {
  const { context, headers, objectKey } = call;
  const bucket = call.bucket();
  checkKey(objectKey);
  checkAsked(headers);
  if (call.place().path.put.length > 0)
    throw new ObjectError(
      'NotImplemented',
      `What is written to '${bucket.name}' goes through functions: put it, instead of copying.`,
    );
  using source = copySource(call);
  const { object } = source;
  const replaces = headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
  const replacesTags = headers['x-amz-tagging-directive']?.toUpperCase() === 'REPLACE';
  const algorithm = namedAlgorithm(headers['x-amz-checksum-algorithm']);
  if (algorithm !== undefined && algorithm !== object.checksum?.name)
    throw new ObjectError(
      'NotImplemented',
      `A copy has the checksum of its source (${object.checksum?.name ?? 'none'}), not another: ${algorithm}.`,
    );
  const { headers: kept, metadata } = replaces ? aboutOf(headers) : object;
  const tags = replacesTags ? tagsOf(headers['x-amz-tagging']) : object.tags;
  const { bytes, etag, checksum, parts } = object;
  const copy = { key: objectKey, headers: kept, metadata, tags, bytes, etag };
  const more = { ...(checksum && { checksum }), ...(parts !== undefined && { parts }) };
  const stored = await context.store.copy(
    bucket,
    source,
    { ...copy, ...more },
    { conditions: conditionsOf(headers), cause: causeOf(call, 'ObjectCreated:Copy') },
  );
  const told = [element('ETag', `"${etag}"`), element('LastModified', new Date(stored.modifiedMs).toISOString())];
  if (checksum !== undefined)
    told.push(element(checksumElement(checksum.name), checksum.value), element('ChecksumType', checksum.type));
  return { status: 200, xml: document('CopyObjectResult', ...told) };
};
