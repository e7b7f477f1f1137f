import { objectLimits } from '../../../../objects/object-limits.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import type { Reading } from '../../../../objects/store-contract.ts';
import { checkRead } from '../../../../objects/rules/conditions.ts';
import { partNumber } from '../../../../objects/rules/multipart.ts';
import { rangeOf } from '../../../../objects/rules/ranges.ts';
import type { S3Call } from '../context.ts';
import { conditionsOf } from '../objects/conditions-of.ts';
import { objectHeaders } from '../objects/get-object.ts';
import { ofNoOrigin, sendBody } from '../objects/send-body.ts';
import type { InputSource } from './input.ts';
import type { Written } from './output.ts';
import { runChain } from './run-chain.ts';
import type { PathStep } from './settings.ts';

/**
 * `GET` through functions. Conditions are about the object as it is stored. A range is told to the code, which gets all the same the whole object; where it
 * answers without having taken a range itself, its output is staged on the disk and the range taken of that.
 */
export async function transformedGet(call: S3Call, steps: readonly PathStep[]): Promise<undefined> {
  const { context, response, requestId, headers, query } = call;
  using reading = context.store.read(call.bucket(), call.objectKey);
  checkRead(conditionsOf(headers), reading.object);
  const part = query['partNumber'];
  if (part !== undefined && partNumber(part) > 1)
    throw new ObjectError('InvalidPartNumber', 'What comes out of functions has one part.');
  using chain = await runChain(call, 'get', steps, sourceOf(reading), reading.object);
  const { last } = chain;
  try {
    const isPlain = last.status === 200 && last.headers['content-range'] === undefined;
    if (isPlain && headers['range'] !== undefined) await sendRange(call, last, headers['range']);
    else {
      response.writeHead(last.status, { 'x-amz-request-id': requestId, ...last.headers, ...ofNoOrigin });
      response.flushHeaders();
      await sendBody(response, last.body);
    }
    last.finish();
  } catch (error) {
    last.finish(error);
    throw error;
  }
}

/** An object as what goes into a path. */
export function sourceOf(reading: Reading): InputSource {
  const { object } = reading;
  const all = { start: 0, end: object.bytes - 1 };
  return { headers: objectHeaders(object), bytes: object.bytes, read: (range) => reading.bytes(range ?? all) };
}

async function sendRange(
  { context, response, requestId }: S3Call,
  { headers, body }: Written,
  asked: string,
): Promise<void> {
  await using staged = await context.store.receive(body, { bytesMax: objectLimits.putBytesMax, expected: () => ({}) });
  const { bytes } = staged;
  const range = rangeOf(asked, bytes);
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'x-amz-request-id': requestId,
    ...headers,
    ...ofNoOrigin,
    'accept-ranges': 'bytes',
    'content-length': String(end - start + 1),
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${bytes}` }),
  });
  if (bytes === 0) response.end();
  else await sendBody(response, context.store.bytesOf(staged, { start, end }));
}
