import type { OperationName } from './operation-name.ts';

/** What code in functions may do, with buckets of its own account: use them, not make, change or remove them. */
export const ofCode: ReadonlySet<OperationName> = new Set<OperationName>([
  'AbortMultipartUpload',
  'CompleteMultipartUpload',
  'CopyObject',
  'CreateMultipartUpload',
  'DeleteObject',
  'DeleteObjectTagging',
  'DeleteObjects',
  'GetBucketLocation',
  'GetObject',
  'GetObjectTagging',
  'HeadBucket',
  'HeadObject',
  'ListMultipartUploads',
  'ListObjects',
  'ListObjectsV2',
  'ListParts',
  'PutObject',
  'PutObjectTagging',
  'UploadPart',
  'UploadPartCopy',
  'WriteGetObjectResponse',
]);
