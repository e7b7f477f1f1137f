import { isDeepStrictEqual } from 'node:util';
import { SqsError } from '../../../api/sqs/errors.ts';
import { parsePolicy } from '../../../api/policy/document.ts';
import { limits } from '../../../model/limits.ts';
import { deadLetterOf, redriveAllowOf } from './redrive-policy.ts';

/** Attributes of a queue that are numbers: their smallest and largest value, and what they are where nothing is said. */
const numbers: Readonly<Record<string, readonly [min: number, max: number, usual: number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1_024, limits.queueMessageBytesMax, limits.queueMessageBytesMax],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
};

/** Those that are words, of FIFO queues: what they may be; the first is usual. */
const fifoWords: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['false', 'true'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

/** Those that are documents; the empty one takes them away. */
const documents: Readonly<Record<string, (text: string) => unknown>> = {
  Policy: checkPolicy,
  RedrivePolicy: deadLetterOf,
  RedriveAllowPolicy: redriveAllowOf,
};

const policyBytesMax = 20_480;

/** Those that the service counts or knows itself. */
export const computedAttributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
] as const;

/** Attributes of a queue, as texts by name. */
export type Attributes = Readonly<Record<string, string>>;

/** Every attribute that a queue can be asked for. */
export const attributeNames: ReadonlySet<string> = new Set([
  ...[...computedAttributes, ...Object.keys(numbers), ...Object.keys(fifoWords), ...Object.keys(documents)],
  ...['FifoQueue', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'],
]);

/** What a new queue of that kind is set to where nothing is said. Nothing is encrypted here, so that is what it says. */
export function usualAttributes(fifo: boolean): Attributes {
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([name, [, , usual]]) => [name, String(usual)])),
    SqsManagedSseEnabled: 'false',
    ...(fifo && { FifoQueue: 'true' }),
    ...(fifo && Object.fromEntries(Object.entries(fifoWords).map(([name, [usual = '']]) => [name, usual]))),
  };
}

/** Attributes after a change of some of them. Throws InvalidAttributeName and InvalidAttributeValue; `isNew`: its kind may be said. */
export function changedAttributes(before: Attributes, given: Attributes, isNew: boolean): Attributes {
  const fifo = before['FifoQueue'] === 'true';
  const after: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(given)) {
    // Before it is looked up anywhere: it may be called as something that every object has.
    if (!attributeNames.has(name)) throw unknown(name);
    if (name === 'FifoQueue') checkKind(value, fifo, isNew);
    else if (documents[name] !== undefined && value === '') delete after[name];
    else after[name] = checked(name, value, fifo);
  }
  if (after['FifoThroughputLimit'] === 'perMessageGroupId' && after['DeduplicationScope'] !== 'messageGroup')
    throw invalid(
      'FifoThroughputLimit',
      'The value perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  return after;
}

/** Whether two values of an attribute mean the same: of documents, whatever their spaces and the order of their members, and `"2"` is 2. */
export function isSame(name: string, one: string | undefined, other: string | undefined): boolean {
  const read = documents[name];
  if (one === other || one === undefined || other === undefined || read === undefined) return one === other;
  return isDeepStrictEqual(
    name === 'Policy' ? JSON.parse(one) : read(one),
    name === 'Policy' ? JSON.parse(other) : read(other),
  );
}

function checked(name: string, value: string, fifo: boolean): string {
  const range = numbers[name];
  if (range !== undefined) return number(name, value, range);
  const words = fifoWords[name];
  if (words !== undefined) {
    if (!fifo) throw onlyOfFifo(name);
    const word = words.find((one) => one === value || one === value.toLowerCase());
    if (word === undefined) throw invalid(name);
    return word;
  }
  const check = documents[name];
  if (check !== undefined) check(value);
  else if (name === 'SqsManagedSseEnabled') {
    if (!/^(true|false)$/i.test(value)) throw invalid(name);
    return value.toLowerCase();
  } else if (name === 'KmsMasterKeyId' && value !== '')
    throw invalid(name, 'Messages are not encrypted by this service, so there is no key for it: leave it empty.');
  else if (name === 'KmsDataKeyReusePeriodSeconds') return number(name, value, [60, 86_400, 300]);
  else if (computedAttributes.some((one) => one === name)) throw unknown(name);
  return value;
}

function number(name: string, value: string, [min, max]: readonly [number, number, number]): string {
  const parsed = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (!(parsed >= min && parsed <= max)) throw invalid(name, `It must be a whole number from ${min} to ${max}.`);
  return String(parsed);
}

function checkKind(value: string, fifo: boolean, isNew: boolean): void {
  if (value.toLowerCase() === String(fifo) && (fifo || isNew)) return;
  // AWS knows no attribute of that name for queues that are not.
  if (!fifo) throw unknown('FifoQueue');
  throw invalid('FifoQueue', 'Modifying queue type is not supported.');
}

function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > policyBytesMax) throw invalid('Policy', `It is longer than ${policyBytesMax} bytes.`);
  try {
    parsePolicy(text);
  } catch (cause) {
    throw new SqsError(
      'InvalidAttributeValue',
      `Invalid value for the parameter Policy. Reason: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function onlyOfFifo(name: string): SqsError {
  if (name === 'ContentBasedDeduplication') return unknown(name);
  return new SqsError('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);
}

export function unknown(name: string): SqsError {
  return new SqsError('InvalidAttributeName', `Unknown Attribute ${name.slice(0, 128)}.`);
}

function invalid(name: string, reason?: string): SqsError {
  const because = reason === undefined ? '.' : `. Reason: ${reason}`;
  return new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}${because}`);
}
