import type { IncomingMessage } from 'node:http';

const presigned = /[?&]X-Amz-Credential=[^&]*(?:%2F|\/)s3(?:-object-lambda)?(?:%2F|\/)aws4_request/i;

/** Of a header's scope; what else a header says, such as a token of somebody's own, is none of it. */
const scoped = /^AWS4-HMAC-SHA256\s[^]*Credential=[^,\s]*\/s3(?:-object-lambda)?\/aws4_request/;

/** Whether a request is for object storage: its signature is made for that. */
export function isForS3({ headers: { authorization }, url = '' }: IncomingMessage): boolean {
  if (authorization !== undefined) return authorization.includes('/s3') && scoped.test(authorization);
  if (url.includes('X-Amz-Credential=')) return presigned.test(url);
  // Signatures of version 2, which are told that they are too old.
  return url.includes('AWSAccessKeyId=') && url.includes('Signature=');
}
