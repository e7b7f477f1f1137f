import { ObjectError } from '../../../../objects/errors.ts';
import type { Listed, ListedObject } from '../../../../objects/contract.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { behind, type ListFrom, type ListPage } from '../../../../objects/rules/listing.ts';
import type { S3Call, S3Operation } from '../context.ts';
import { document, element, elements } from '../documents/xml.ts';

/** `GET /BUCKET?list-type=2` */
export const listObjectsV2: S3Operation = async (call) => {
  const { query, account } = call;
  const { 'continuation-token': token, 'start-after': startAfter = '' } = query;
  const from = token === undefined ? { key: startAfter, inclusive: false } : fromToken(token);
  const { page, encode, common } = listed(call, from);
  const { listed: items, next } = page;
  const parts = [
    element('KeyCount', items.length),
    element('ContinuationToken', token),
    element('NextContinuationToken', next && tokenOf(next)),
    element('StartAfter', startAfter === '' ? undefined : encode(startAfter)),
  ];
  const owner = query['fetch-owner'] === 'true' ? account : undefined;
  return { status: 200, xml: document('ListBucketResult', ...common, ...parts, ...contents(items, encode, owner)) };
};

/** `GET /BUCKET` */
export const listObjects: S3Operation = async (call) => {
  const { query, account } = call;
  const { marker = '', delimiter = '' } = query;
  // What was shown last may stand for all that begins with it.
  const isCommon = delimiter !== '' && marker.endsWith(delimiter);
  const from = (isCommon ? behind(marker) : undefined) ?? { key: marker, inclusive: false };
  const { page, encode, common } = listed(call, from);
  const { listed: items, next } = page;
  const last = items.at(-1);
  const nextMarker = last?.kind === 'object' ? last.object.key : last?.prefix;
  const parts = [
    element('Marker', encode(marker)),
    element('NextMarker', next === undefined || nextMarker === undefined ? undefined : encode(nextMarker)),
  ];
  return { status: 200, xml: document('ListBucketResult', ...common, ...parts, ...contents(items, encode, account)) };
};

type Encode = (text: string) => string;

interface ListAnswer {
  readonly page: ListPage;
  readonly encode: Encode;
  readonly common: readonly string[];
}

function listed(call: S3Call, from: ListFrom): ListAnswer {
  const { query, context, bucketName } = call;
  const { prefix = '', delimiter = '', 'encoding-type': encoding } = query;
  const max = maxOf(query['max-keys']);
  if (encoding !== undefined && encoding !== 'url')
    throw new ObjectError('InvalidArgument', `Invalid Encoding Method specified in Request: it is 'url' or nothing.`);
  const encode: Encode = encoding === 'url' ? urlEncoded : (text) => text;
  const page = context.store.list(call.bucket(), { prefix, delimiter, from, max });
  const common = [
    element('Name', bucketName),
    element('Prefix', encode(prefix)),
    element('Delimiter', delimiter === '' ? undefined : encode(delimiter)),
    element('MaxKeys', max),
    element('EncodingType', encoding),
    element('IsTruncated', page.next !== undefined),
  ];
  return { page, encode, common };
}

function maxOf(text: string | undefined): number {
  if (text === undefined || text === '') return objectLimits.keysListedMax;
  if (!/^\d{1,10}$/.test(text))
    throw new ObjectError('InvalidArgument', `max-keys must be a number; it was '${text.slice(0, 20)}'.`);
  return Math.min(Number(text), objectLimits.keysListedMax);
}

function contents(items: readonly Listed[], encode: Encode, owner: string | undefined): readonly string[] {
  return items.map((item) =>
    item.kind === 'prefix'
      ? element('CommonPrefixes', elements(element('Prefix', encode(item.prefix))))
      : contentOf(item.object, encode, owner),
  );
}

function contentOf(
  { key, bytes, etag, modifiedMs, checksum }: ListedObject,
  encode: Encode,
  owner: string | undefined,
): string {
  return element(
    'Contents',
    elements(
      element('Key', encode(key)),
      element('LastModified', new Date(modifiedMs).toISOString()),
      element('ETag', `"${etag}"`),
      element('ChecksumAlgorithm', checksum?.name.toUpperCase()),
      element('ChecksumType', checksum?.type),
      element('Size', bytes),
      element('Owner', owner === undefined ? undefined : elements(element('ID', owner), element('DisplayName', owner))),
      element('StorageClass', 'STANDARD'),
    ),
  );
}

/** As S3 encodes keys in lists: all but a few characters and slashes. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function tokenOf({ key, inclusive }: ListFrom): string {
  return Buffer.from(`${inclusive ? '=' : '>'}${key}`).toString('base64url');
}

function fromToken(token: string): ListFrom {
  const text = Buffer.from(token, 'base64url').toString();
  if (!/^[=>]/.test(text)) throw new ObjectError('InvalidArgument', 'The continuation token provided is incorrect.');
  return { key: text.slice(1), inclusive: text.startsWith('=') };
}
