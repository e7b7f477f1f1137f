import { ObjectError } from '../../../../objects/errors.ts';
import { wholeBody } from '../auth/payload.ts';
import type { S3Operation } from '../context.ts';
import { document, element, elements, parseDocument, text } from '../documents/xml.ts';

/** `GET /` */
export const listBuckets: S3Operation = async ({ context, account, query }) => {
  const { prefix = '' } = query;
  const buckets = context.store.buckets.list(account).filter(({ name }) => name.startsWith(prefix));
  const shown = buckets.map(({ name, createdMs, region }) =>
    element(
      'Bucket',
      elements(
        element('Name', name),
        element('CreationDate', new Date(createdMs).toISOString()),
        element('BucketRegion', region),
      ),
    ),
  );
  const owner = elements(element('ID', account), element('DisplayName', account));
  return {
    status: 200,
    xml: document('ListAllMyBucketsResult', element('Owner', owner), element('Buckets', { xml: shown.join('') })),
  };
};

/** `PUT /BUCKET` */
export const createBucket: S3Operation = async ({ context, account, bucketName, payload, headers }) => {
  const body = await wholeBody(payload);
  const region = context.frontend.settings.region;
  if (headers['x-amz-bucket-object-lock-enabled'] === 'true')
    throw new ObjectError('NotImplemented', 'Buckets have no object lock here.');
  const wanted =
    body.length === 0 ? undefined : text(parseDocument(body, 'CreateBucketConfiguration'), 'LocationConstraint');
  if (wanted !== undefined && wanted !== region)
    throw new ObjectError(
      { code: 'InvalidLocationConstraint', status: 400 },
      `The specified location constraint is not valid: this service is region '${region}', not '${wanted.slice(0, 40)}'.`,
    );
  await context.store.createBucket(account, bucketName, region);
  return { status: 200, headers: { location: `/${bucketName}` } };
};

/** `HEAD /BUCKET` */
export const headBucket: S3Operation = async (call) => ({
  status: 200,
  headers: { 'x-amz-bucket-region': call.bucket().region, 'content-length': '0' },
});

/** `DELETE /BUCKET` */
export const deleteBucket: S3Operation = async (call) => {
  const { context, account, bucketName } = call;
  // Not by an access point, which is another's name.
  await context.store.removeBucket(context.store.buckets.get(account, bucketName));
  return { status: 204 };
};

/** `GET /BUCKET?location` */
export const getBucketLocation: S3Operation = async (call) => {
  const { region } = call.bucket();
  return { status: 200, xml: document('LocationConstraint', region === 'us-east-1' ? '' : region) };
};

/** `GET /BUCKET?versioning`: there is none, and tools that ask go on without. */
export const getBucketVersioning: S3Operation = async (call) => {
  call.bucket();
  return { status: 200, xml: document('VersioningConfiguration') };
};
