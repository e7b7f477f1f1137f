import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { TestFrontend } from '../../testing/test-frontend.ts';

/** A stock client of object storage that retries nothing. */
export function s3Client(
  { url, region, key }: Pick<TestFrontend, 'url' | 'region' | 'key'>,
  more: S3ClientConfig = {},
): S3Client {
  const { accessKeyId, secretAccessKey } = key;
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint: url, region, credentials, forcePathStyle: true, maxAttempts: 1, ...more });
}
