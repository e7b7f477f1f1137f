import { createHash } from 'node:crypto';
import { invalidParameter, missingParameter, SqsError } from '../../../api/sqs/errors.ts';
import type { NewMessage } from '../../../store/durable/contracts/queues.ts';
import type { Attributes } from './attributes.ts';
import {
  attributesBytes,
  attributesMd5,
  checkAttributes,
  checkCharacters,
  type MessageAttribute,
  type MessageAttributes,
} from './message-attributes.ts';

/** What somebody wants to send, in SQS's words. */
export interface MessageRequest {
  readonly body: string | undefined;
  readonly delaySeconds?: number;
  readonly attributes?: MessageAttributes;
  readonly systemAttributes?: Readonly<Record<string, MessageAttribute>>;
  /** That of the request, where no system attribute says another. */
  readonly trace?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** How long duplicates are known. */
const deduplicationMs = 300_000;
const delaySecondsMax = 900;
const traceHeader = 'AWSTraceHeader';
const otherKind = 'The request include parameter that is not valid for this queue type.';

/** What is kept of a request to send, by what its queue is set to. Throws SqsError. */
export function newMessage(
  request: MessageRequest,
  queue: Attributes,
  whose: { readonly messageId: string; readonly sender: string },
): NewMessage {
  const { body, attributes = {}, groupId } = request;
  const fifo = queue['FifoQueue'] === 'true';
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  checkCharacters(body);
  checkAttributes(attributes);
  const bytes = messageBytes(request);
  const bytesMax = Number(queue['MaximumMessageSize']);
  if (bytes > bytesMax)
    throw new SqsError(
      'InvalidParameterValueException',
      `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
    );
  checkId('MessageGroupId', groupId);
  if (fifo && groupId === undefined) throw missingParameter('MessageGroupId');
  const deduplicationId = deduplicationIdOf(request, queue, fifo, body);
  const trace = traceOf(request.systemAttributes ?? {}) ?? request.trace;
  const scope = queue['DeduplicationScope'] === 'messageGroup' ? (groupId ?? '') : '';
  return {
    ...whose,
    body,
    bytes,
    delayMs: delayOf(request, queue, fifo) * 1_000,
    content: {
      bodyMd5: createHash('md5').update(body).digest('hex'),
      ...(Object.keys(attributes).length > 0 && { attributes: JSON.stringify(attributes) }),
      ...(trace !== undefined && { trace }),
      ...(groupId !== undefined && { groupId }),
      ...(deduplicationId !== undefined && { deduplicationId }),
    },
    ...(fifo && groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplication: { scope, id: deduplicationId, ms: deduplicationMs } }),
  };
}

/** What counts for the limit of a message and of a batch. */
export function messageBytes({ body, attributes }: MessageRequest): number {
  return Buffer.byteLength(body ?? '') + attributesBytes(attributes ?? {});
}

/** What the sender is told, so that he can see that everything arrived. */
export function checksums(request: MessageRequest, message: NewMessage): Readonly<Record<string, string>> {
  const { attributes = {}, systemAttributes = {} } = request;
  return {
    MD5OfMessageBody: message.content.bodyMd5,
    ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: attributesMd5(attributes) }),
    ...(Object.keys(systemAttributes).length > 0 && { MD5OfMessageSystemAttributes: attributesMd5(systemAttributes) }),
  };
}

function delayOf({ delaySeconds }: MessageRequest, queue: Attributes, fifo: boolean): number {
  if (delaySeconds === undefined || (fifo && delaySeconds === 0)) return Number(queue['DelaySeconds']);
  if (fifo) throw invalidParameter('DelaySeconds', delaySeconds, otherKind);
  if (Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= delaySecondsMax) return delaySeconds;
  throw invalidParameter('DelaySeconds', delaySeconds, `DelaySeconds must be >= 0 and <= ${delaySecondsMax}.`);
}

function deduplicationIdOf(
  { deduplicationId }: MessageRequest,
  queue: Attributes,
  fifo: boolean,
  body: string,
): string | undefined {
  checkId('MessageDeduplicationId', deduplicationId);
  if (!fifo) {
    if (deduplicationId === undefined) return undefined;
    throw invalidParameter('MessageDeduplicationId', deduplicationId, otherKind.replace('include ', 'includes a '));
  }
  if (deduplicationId !== undefined) return deduplicationId;
  if (queue['ContentBasedDeduplication'] === 'true') return createHash('sha256').update(body).digest('hex');
  throw new SqsError(
    'InvalidParameterValueException',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function checkId(name: string, value: string | undefined): void {
  if (value === undefined || /^[!-~]{1,128}$/.test(value)) return;
  throw invalidParameter(
    name,
    value,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function traceOf(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (name !== traceHeader)
      throw new SqsError(
        'InvalidParameterValueException',
        `Message system attribute name '${name.slice(0, 256)}' is invalid.`,
      );
    if (DataType !== 'String' || StringValue === undefined || StringValue === '')
      throw new SqsError(
        'InvalidParameterValueException',
        `Message (system) attribute '${traceHeader}' must contain a non-empty value of type 'String'.`,
      );
    checkCharacters(StringValue);
  }
  return attributes[traceHeader]?.StringValue;
}
