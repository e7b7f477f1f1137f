import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import type { Deed } from '../../../../policies/services.ts';
import { authorise, mayKey } from '../../../policies/authorise.ts';
import { s3Deed } from '../../../policies/deeds/of-s3.ts';
import { wholeBody } from '../auth/payload.ts';
import { asObjectError } from '../documents/failure.ts';
import type { S3Operation } from '../context.ts';
import { all, document, element, elements, malformed, parseDocument, text } from '../documents/xml.ts';
import { causeOf } from '../notifications/cause.ts';
import { conditionsOf } from './conditions-of.ts';

/** `DELETE /BUCKET/KEY` */
export const deleteObject: S3Operation = async (call) => {
  const { context, objectKey, headers } = call;
  const bucket = call.bucket();
  const { ifMatch } = conditionsOf(headers);
  await context.store.remove(bucket, [objectKey], {
    conditions: { ifMatch },
    cause: causeOf(call, 'ObjectRemoved:Delete'),
  });
  return { status: 204 };
};

/** `POST /BUCKET?delete` */
export const deleteObjects: S3Operation = async (call) => {
  const { context, payload } = call;
  const bucket = call.bucket();
  const asked = parseDocument(await wholeBody(payload), 'Delete');
  const objects = all(asked, 'Object').map((each) => ({
    key: text(each, 'Key') ?? '',
    etag: text(each, 'ETag'),
    version: text(each, 'VersionId'),
  }));
  if (objects.length === 0 || objects.length > objectLimits.keysDeletedMax)
    throw malformed(`it names ${objects.length} objects, and may name 1 to ${objectLimits.keysDeletedMax}`);
  const told: string[] = [];
  const quiet = text(asked, 'Quiet') === 'true';
  const deedOf = (key: string): Deed => s3Deed('DeleteObjects', call.bucketName, key);
  const plain = objects.filter(
    ({ key, etag, version }) =>
      etag === undefined && (version === undefined || version === 'null') && mayKey(call.key, deedOf(key)),
  );
  // All that depend on nothing at once: one wait for the disk.
  const cause = causeOf(call, 'ObjectRemoved:Delete');
  await context.store.remove(
    bucket,
    plain.map(({ key }) => key),
    { conditions: {}, cause },
  );
  const done = new Set(plain);
  for (const object of objects) {
    const { key, etag } = object;
    try {
      if (!done.has(object)) {
        authorise(call.key, deedOf(key));
        if (etag === undefined) throw new ObjectError('NotImplemented', 'Objects have no versions here.');
        await context.store.remove(bucket, [key], { conditions: { ifMatch: etag }, cause });
      }
      if (!quiet) told.push(element('Deleted', elements(element('Key', key))));
    } catch (error) {
      const { code, message } = asObjectError(error, context.frontend.logger);
      told.push(element('Error', elements(element('Key', key), element('Code', code), element('Message', message))));
    }
  }
  return { status: 200, xml: document('DeleteResult', ...told) };
};
