import type { StoredObject } from '../../../../objects/contract.ts';
import { serviceNameInside } from '../../../../model/runtimes/endpoint-rules.ts';
import { identityOf } from '../../identity.ts';
import type { S3Call } from '../context.ts';
import type { PathKind, PathStep } from './settings.ts';
import type { Ticket } from './tickets.ts';

const contexts: Readonly<Record<PathKind, string>> = {
  get: 'getObjectContext',
  head: 'headObjectContext',
  list: 'listObjectsV2Context',
  put: 'putObjectContext',
};

/** What is not for others to read, or would be taken for the function's own. */
const unsaid = /^(?:authorization|connection|x-amz-security-token)$/;

/**
 * The event of a function that objects go through, as S3 Object Lambda has it, and in `heddle` what that does not say.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-event-context.html
 */
export function pathEvent(
  call: S3Call,
  kind: PathKind,
  step: PathStep,
  ticket: Ticket,
  object?: Partial<StoredObject>,
): object {
  const { context, requestId, request, headers, bucketName, objectKey, account, key, query } = call;
  const { region } = context.frontend.settings;
  const presigned = context.tickets.query(ticket, region);
  const { bucket } = call.place();
  const path = [bucket.name, ...objectKey.split('/')].map(encodeURIComponent).join('/');
  const { arn, userId } = identityOf(key);
  const told = Object.fromEntries(Object.entries(headers).filter(([name]) => !unsaid.test(name)));
  const outputs = kind === 'get' || kind === 'put';
  const { bytes, etag, headers: kept, metadata, parts } = object ?? {};
  return {
    xAmzRequestId: requestId,
    [contexts[kind]]: {
      inputS3Url: `http://${serviceNameInside}/${path}?${presigned}`,
      ...(outputs && { outputRoute: ticket.route, outputToken: ticket.token }),
    },
    configuration: {
      accessPointArn: `arn:aws:s3-object-lambda:${region}:${account}:accesspoint/${bucketName}`,
      supportingAccessPointArn: `arn:aws:s3:${region}:${account}:accesspoint/${bucket.name}`,
      payload: step.payload ?? '',
    },
    userRequest: { url: `http://${headers['host'] ?? ''}${withoutSignature(request.url ?? '')}`, headers: told },
    userIdentity: {
      type: key.sessionToken === undefined ? 'Root' : 'AssumedRole',
      principalId: userId,
      arn,
      accountId: account,
      accessKeyId: key.accessKeyId,
    },
    protocolVersion: '1.00',
    heddle: {
      operation: kind,
      bucket: bucket.name,
      key: objectKey,
      ...(outputs && { outputUrl: `http://${serviceNameInside}/WriteGetObjectResponse?${presigned}` }),
      ...(headers['range'] !== undefined && { range: headers['range'] }),
      ...(query['partNumber'] !== undefined && { partNumber: Number(query['partNumber']) }),
      ...(bytes !== undefined && { bytes }),
      ...(etag !== undefined && { etag }),
      ...(kept !== undefined && { contentType: kept['content-type'] }),
      ...(metadata !== undefined && { metadata }),
      ...(parts !== undefined && { parts }),
    },
  };
}

/** Whoever has the signature of an address that was given away could use it. */
function withoutSignature(url: string): string {
  return url.replaceAll(/([?&])X-Amz-(?:Signature|Security-Token|Credential)=[^&]*/gi, '$1').replace(/[?&]+$/, '');
}
