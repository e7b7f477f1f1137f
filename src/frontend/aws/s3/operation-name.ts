import { ObjectError } from '../../../objects/errors.ts';

/** What of a request says which operation it is. */
export interface Named {
  readonly method: string;
  readonly bucketName: string;
  readonly objectKey: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Operations by method and what of the query says which; the first that fits. The empty one is for all that is left. */
const ofBucket = {
  GET: [
    ['location', 'GetBucketLocation'],
    ['versioning', 'GetBucketVersioning'],
    ['notification', 'GetBucketNotificationConfiguration'],
    ['uploads', 'ListMultipartUploads'],
    ['list-type', 'ListObjectsV2'],
    ['', 'ListObjects'],
  ],
  PUT: [
    ['notification', 'PutBucketNotificationConfiguration'],
    ['', 'CreateBucket'],
  ],
  HEAD: [['', 'HeadBucket']],
  DELETE: [['', 'DeleteBucket']],
  POST: [['delete', 'DeleteObjects']],
} as const;

const ofObject = {
  GET: [
    ['uploadId', 'ListParts'],
    ['tagging', 'GetObjectTagging'],
    ['', 'GetObject'],
  ],
  HEAD: [['', 'HeadObject']],
  PUT: [
    ['uploadId', 'UploadPart'],
    ['tagging', 'PutObjectTagging'],
    ['', 'PutObject'],
  ],
  DELETE: [
    ['uploadId', 'AbortMultipartUpload'],
    ['tagging', 'DeleteObjectTagging'],
    ['', 'DeleteObject'],
  ],
  POST: [
    ['uploads', 'CreateMultipartUpload'],
    ['uploadId', 'CompleteMultipartUpload'],
  ],
} as const;

type NameIn<T> = T extends Readonly<Record<string, readonly (readonly [string, infer N])[]>> ? N : never;

/** Operations that this service has. */
export type OperationName =
  | NameIn<typeof ofBucket>
  | NameIn<typeof ofObject>
  | 'CopyObject'
  | 'ListBuckets'
  | 'UploadPartCopy'
  | 'WriteGetObjectResponse';

/** What of S3 there is not: parts of a query that would make a request another one. */
const notHere: ReadonlySet<string> = new Set([
  ...[
    'abac',
    'accelerate',
    'acl',
    'analytics',
    'attributes',
    'cors',
    'encryption',
    'intelligent-tiering',
    'inventory',
    'legal-hold',
  ],
  ...[
    'lifecycle',
    'logging',
    'metrics',
    'object-lock',
    'ownershipControls',
    'policy',
    'policyStatus',
    'publicAccessBlock',
  ],
  ...[
    'replication',
    'requestPayment',
    'restore',
    'retention',
    'select',
    'session',
    'torrent',
    'versionId',
    'versions',
    'website',
    'renameObject',
  ],
]);

/** Which operation a request asks for. Throws NotImplemented for those of S3 that are not here, MethodNotAllowed for what is none. */
export function nameOf({ method, bucketName, objectKey, query, headers }: Named): OperationName {
  if (bucketName === '' && method === 'GET') return 'ListBuckets';
  if (bucketName === 'WriteGetObjectResponse' && method === 'POST' && objectKey === '') return 'WriteGetObjectResponse';
  const missing = Object.keys(query).find((name) => notHere.has(name) || (objectKey === '' && name === 'tagging'));
  if (missing !== undefined)
    throw new ObjectError(
      'NotImplemented',
      `A request with '${missing}' asks for something of S3 that this service does not have.`,
    );
  const name = found(objectKey === '' ? ofBucket : ofObject, method, query);
  if (bucketName === '' || name === undefined || (method === 'PUT' && objectKey === '' && 'versioning' in query))
    throw new ObjectError('MethodNotAllowed', `The specified method is not allowed against this resource: ${method}.`);
  const copies = headers['x-amz-copy-source'] !== undefined;
  if (copies && name === 'PutObject') return 'CopyObject';
  return copies && name === 'UploadPart' ? 'UploadPartCopy' : name;
}

function found(
  table: Readonly<Record<string, readonly (readonly [string, OperationName])[]>>,
  method: string,
  query: Named['query'],
): OperationName | undefined {
  return table[method]?.find(([part]) => part === '' || part in query)?.[1];
}
