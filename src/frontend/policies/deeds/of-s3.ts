import type { Deed } from '../../../policies/services.ts';
import { ofCode } from '../../aws/s3/of-code.ts';
import type { OperationName } from '../../aws/s3/operation-name.ts';

/** What IAM calls operations otherwise than the API. */
const actions: Partial<Readonly<Record<OperationName, string>>> = {
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  DeleteObjects: 'DeleteObject',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBuckets: 'ListAllMyBuckets',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListParts: 'ListMultipartUploadParts',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
};

/** What a request to S3 does, with a bucket or an object, by the name that it was asked for. */
export function s3Deed(operation: OperationName, bucket: string, key: string): Deed {
  const named = { ofCode: ofCode.has(operation) };
  if (operation === 'WriteGetObjectResponse') return { ...named, action: 's3-object-lambda:WriteGetObjectResponse' };
  const action = `s3:${actions[operation] ?? operation}`;
  if (bucket === '') return { ...named, action };
  return { ...named, action, resource: `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}` };
}
