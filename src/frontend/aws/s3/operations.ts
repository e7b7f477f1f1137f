import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './buckets/buckets.ts';
import { listObjects, listObjectsV2 } from './buckets/list-objects.ts';
import type { S3Operation } from './context.ts';
import { getNotifications, putNotifications } from './notifications/configuration.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads } from './multipart/uploads.ts';
import { uploadPart, uploadPartCopy } from './multipart/upload-part.ts';
import { copyObject } from './objects/copy-object.ts';
import { deleteObject, deleteObjects } from './objects/delete-objects.ts';
import { getObject, headObject } from './objects/get-object.ts';
import { putObject } from './objects/put-object.ts';
import { deleteTagging, getTagging, putTagging } from './objects/tagging.ts';
import type { OperationName } from './operation-name.ts';
import { onPath } from './path/on-path.ts';
import { writeGetObjectResponse } from './path/write-response.ts';

/** What each operation does. */
export const operations: Readonly<Record<OperationName, S3Operation>> = {
  AbortMultipartUpload: abortUpload,
  CompleteMultipartUpload: completeUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjectTagging: deleteTagging,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetBucketNotificationConfiguration: getNotifications,
  GetBucketVersioning: getBucketVersioning,
  GetObject: onPath('get', getObject),
  GetObjectTagging: getTagging,
  HeadBucket: headBucket,
  HeadObject: onPath('head', headObject),
  ListBuckets: listBuckets,
  ListMultipartUploads: listUploads,
  ListObjects: onPath('list', listObjects),
  ListObjectsV2: onPath('list', listObjectsV2),
  ListParts: listParts,
  PutBucketNotificationConfiguration: putNotifications,
  PutObject: onPath('put', putObject),
  PutObjectTagging: putTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  WriteGetObjectResponse: writeGetObjectResponse,
};
