import type { StoredObject } from '../../../../objects/contract.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import type { Reading } from '../../../../objects/store-contract.ts';
import { checkRead } from '../../../../objects/rules/conditions.ts';
import { partNumber } from '../../../../objects/rules/multipart.ts';
import { rangeOf, type ByteRange } from '../../../../objects/rules/ranges.ts';
import type { S3Call, S3Operation } from '../context.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { conditionsOf } from './conditions-of.ts';
import { ofNoOrigin, sendBody } from './send-body.ts';

/** `GET /BUCKET/KEY` */
export const getObject: S3Operation = async (call) => {
  using reading = call.context.store.read(call.bucket(), call.objectKey);
  const { status, headers, range } = answerOf(call, reading);
  call.response.writeHead(status, { 'x-amz-request-id': call.requestId, ...headers, ...ofNoOrigin });
  if (range === undefined) return void call.response.end();
  await sendBody(call.response, reading.bytes(range));
  return undefined;
};

/** `HEAD /BUCKET/KEY` */
export const headObject: S3Operation = async (call) => {
  using reading = call.context.store.read(call.bucket(), call.objectKey);
  const { status, headers } = answerOf(call, reading);
  return { status, headers };
};

/** How a request for an object is answered, its bytes apart. */
export interface ObjectAnswer {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where there are no bytes. */
  readonly range?: ByteRange;
}

/** Throws what conditions and ranges throw. */
export function answerOf({ headers: asked, query }: S3Call, { object, pieces }: Reading): ObjectAnswer {
  checkRead(conditionsOf(asked), object);
  const part = query['partNumber'];
  const wanted =
    part === undefined ? rangeOf(rangeHeader(asked, object), object.bytes) : partRange(part, pieces, object);
  const range = wanted ?? { start: 0, end: object.bytes - 1 };
  const isPart = part !== undefined && object.parts !== undefined;
  const isWhole = wanted === undefined || (part !== undefined && !isPart);
  const status = isWhole ? 200 : 206;
  const headers = {
    ...objectHeaders(object, query),
    'content-length': String(Math.max(0, range.end - range.start + 1)),
    ...(!isWhole && { 'content-range': `bytes ${range.start}-${range.end}/${object.bytes}` }),
    ...(part !== undefined && object.parts !== undefined && { 'x-amz-mp-parts-count': String(object.parts) }),
    ...(isWhole && asked['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && checksumHeaders(object.checksum)),
  };
  return { status, headers, ...(range.end >= range.start && { range }) };
}

/** With `If-Range`, a range is of that object only. */
function rangeHeader(asked: S3Call['headers'], { etag }: StoredObject): string | undefined {
  const only = asked['if-range'];
  return only === undefined || only === `"${etag}"` ? asked['range'] : undefined;
}

function partRange(text: string, pieces: Reading['pieces'], { bytes, parts }: StoredObject): ByteRange | undefined {
  const number = partNumber(text);
  if (parts === undefined && number === 1) return { start: 0, end: bytes - 1 };
  // The first that there are, not as they were numbered when they were uploaded.
  const piece = parts === undefined ? undefined : pieces[number - 1];
  if (piece === undefined)
    throw new ObjectError(
      'InvalidPartNumber',
      `The requested partnumber is not satisfiable: ${number} of ${parts ?? 1}.`,
    );
  const start = pieces.slice(0, number - 1).reduce((sum, each) => sum + each.bytes, 0);
  return { start, end: start + piece.bytes - 1 };
}

const overrides = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** What is said of an object, whatever of it is asked for. `query` may say otherwise. */
export function objectHeaders(object: StoredObject, query: S3Call['query'] = {}): Readonly<Record<string, string>> {
  const { etag, modifiedMs, headers, metadata, tags } = object;
  const said: Record<string, string> = {
    etag: `"${etag}"`,
    'last-modified': new Date(modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...headers,
  };
  for (const [name, value] of Object.entries(metadata)) said[`x-amz-meta-${name}`] = value;
  const count = Object.keys(tags).length;
  if (count > 0) said['x-amz-tagging-count'] = String(count);
  for (const name of overrides) {
    const value = query[`response-${name}`];
    if (value !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) said[name] = value;
  }
  return said;
}
