import type { ObjectChange } from '../../../../objects/contract.ts';

/** The event of a change as S3 tells it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function eventRecord({ bucket, object, cause, atMs }: ObjectChange, ruleId: string, sequencer: string): object {
  const isRemoved = cause.event.startsWith('ObjectRemoved');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(atMs).toISOString(),
    eventName: cause.event,
    userIdentity: { principalId: cause.principal },
    requestParameters: { sourceIPAddress: cause.sourceIp },
    responseElements: { 'x-amz-request-id': cause.requestId, 'x-amz-id-2': cause.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: ruleId,
      bucket: { name: bucket.name, ownerIdentity: { principalId: bucket.account }, arn: `arn:aws:s3:::${bucket.name}` },
      object: {
        // As a form encodes it: what reads these events expects that.
        key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        ...(!isRemoved && { size: object.bytes, eTag: object.etag }),
        sequencer,
      },
    },
  };
}
