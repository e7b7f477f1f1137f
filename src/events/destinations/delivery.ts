import { SqsError, type SqsErrorName } from '../../api/sqs/errors.ts';
import { limits } from '../../model/limits.ts';
import type { QueueSender } from '../queue-sender.ts';
import { QueueMissingError } from '../queue-sender.ts';
import { detailOf, type DeliveryDetail } from '../async/detail.ts';
import type { KeptEvent } from '../../store/durable/contracts/events.ts';
import { destinationOf } from './destination.ts';
import { neverTaken, requestTo, type OutsideSettings } from './outside.ts';
import type { Poster } from './posting.ts';

/** It will never arrive; to try again is no use. */
export class UndeliverableError extends Error {
  override readonly name = 'UndeliverableError';
}

export interface DeliveryOptions {
  readonly region: string;
  readonly queues: QueueSender | undefined;
  readonly poster: Poster;
  readonly outside: OutsideSettings;
}

/**
 * Sends what an event's end is to be told by. Rejects where it did not arrive; with UndeliverableError where it never will. In this room,
 * `destination.ts` says what an ARN leads to, `record.ts` is what AWS sends there, `outside.ts` makes requests of AWS's services.
 */
export async function deliver(event: KeptEvent, options: DeliveryOptions): Promise<void> {
  const { account, line: arn, payload } = event;
  const { delivery } = detailOf(event.detail);
  if (delivery === undefined) throw new UndeliverableError('It does not say what it is about.');
  const to = destinationOf(arn, { account, region: options.region });
  if (to.kind === 'function') throw new UndeliverableError('Functions are run, and not sent to.');
  if (to.kind === 'queue') return await toQueue(account, to.name, payload, delivery, options.queues);
  if (to.kind === 'outside') {
    const request = await requestTo(to, account, { requestId: event.requestId, payload, delivery }, options.outside);
    const { status, text } = await options.poster.freely(request.post);
    const refusal = request.refusal(status, text);
    if (refusal !== undefined) throw neverTaken(status, text) ? new UndeliverableError(refusal) : new Error(refusal);
    return;
  }
  const headers = {
    'content-type': 'application/json',
    'x-heddle-request-id': event.requestId,
    'x-heddle-function-arn': delivery.functionArn,
  };
  const post = { url: to.url, headers, body: payload };
  const { status } = await options.poster.within(account, delivery.functionName, delivery.egress, post);
  if (status >= 200 && status <= 299) return;
  const words = `${to.url.host} answered with ${status}.`;
  // Content Too Large, and Gone; all else may be otherwise when somebody has mended it.
  throw status === 413 || status === 410 ? new UndeliverableError(words) : new Error(words);
}

/** What is wrong with the message itself. */
const refusesForGood: ReadonlySet<SqsErrorName> = new Set([
  'InvalidMessageContents',
  'InvalidParameterValueException',
  'MissingRequiredParameterException',
]);

async function toQueue(
  account: string,
  name: string,
  payload: Uint8Array,
  { attributes, trace }: DeliveryDetail,
  queues: QueueSender | undefined,
): Promise<void> {
  if (queues === undefined) throw new UndeliverableError('This service has no queues.');
  // JSON that is the same, without the characters that no message may have.
  const body = Buffer.from(payload)
    .toString()
    .replaceAll(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
  const more = {
    bytesMax: limits.queueRecordBytesMax,
    ...(attributes && { attributes: attributes.text, numbers: attributes.number }),
    ...(trace !== undefined && { trace }),
  };
  try {
    // The change that follows it is no more durable, and in the same journal behind it.
    await queues.send({ account, name }, { body, ...more }, 'process');
  } catch (error) {
    if (error instanceof QueueMissingError) throw new Error(`There is no queue ${name}.`, { cause: error });
    if (error instanceof SqsError && refusesForGood.has(error.name))
      throw new UndeliverableError(error.message, { cause: error });
    throw error;
  }
}
