import { invalidParameter, SqsError } from './errors.ts';

/** A queue, by whose it is. */
export interface QueueName {
  readonly account: string;
  readonly name: string;
}

const suffix = '.fifo';

/** Throws InvalidParameterValueException for what no queue can be called. */
export function checkQueueName(name: string, fifo: boolean): void {
  const base = fifo && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  const wellFormed = /^[A-Za-z0-9_-]{1,80}$/.test(base) && name.length <= 80;
  if (fifo && (!name.endsWith(suffix) || !wellFormed))
    throw new SqsError(
      'InvalidParameterValueException',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  if (!wellFormed)
    throw new SqsError(
      'InvalidParameterValueException',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
}

export function queueArn(region: string, { account, name }: QueueName): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** Undefined for what is no ARN of a queue in this region. */
export function queueOfArn(arn: string, region: string): QueueName | undefined {
  const [prefix, partition, service, inRegion, account = '', name = '', ...rest] = arn.split(':');
  if (prefix !== 'arn' || partition !== 'aws' || service !== 'sqs' || inRegion !== region || rest.length > 0)
    return undefined;
  return /^\d{12}$/.test(account) && name !== '' ? { account, name } : undefined;
}

/**
 * The queue that a URL means, whatever host is in it: clients keep URLs, and services move. Throws InvalidAddress.
 */
export function queueOfUrl(url: string): QueueName {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const [, account, name] = /^\/?(\d{12})\/([^/]+)\/?$/.exec(path) ?? [];
  if (account === undefined || name === undefined)
    throw new SqsError('InvalidAddress', `The address ${url.slice(0, 256)} is not valid for this endpoint.`);
  return { account, name };
}

/** Whether a number is a whole one in a range. Throws InvalidParameterValueException as SQS words it. */
export function checkRange(name: string, value: number, min: number, max: number, words: string): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidParameter(name, value, words);
}
