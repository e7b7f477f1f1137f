import { invalidParameter } from '../../../api/sqs/errors.ts';

/** Where messages go that were received too often. */
export interface DeadLetterPolicy {
  readonly arn: string;
  /** A message that was received so many times is not given out any more. */
  readonly receivesMax: number;
}

/** Whose dead-letter queue a queue may be. */
export type RedriveAllow =
  | { readonly permission: 'allowAll' | 'denyAll' }
  | { readonly permission: 'byQueue'; readonly sources: readonly string[] };

const receivesMaxMax = 1_000;
const sourcesMax = 10;

/** Reads `RedrivePolicy`. Throws InvalidParameterValueException. */
export function deadLetterOf(text: string): DeadLetterPolicy {
  const refuse = (reason: string): Error => invalidParameter('RedrivePolicy', text, reason);
  const policy = objectIn(text, refuse);
  const { deadLetterTargetArn: arn, maxReceiveCount } = policy;
  if (typeof arn !== 'string')
    throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (maxReceiveCount === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  const receivesMax = typeof maxReceiveCount === 'object' ? Number.NaN : Number(maxReceiveCount);
  if (!Number.isInteger(receivesMax) || receivesMax < 1 || receivesMax > receivesMaxMax)
    throw refuse(
      `Invalid value for maxReceiveCount: ${JSON.stringify(maxReceiveCount)}, valid values are from 1 to ${receivesMaxMax} both inclusive.`,
    );
  return { arn, receivesMax };
}

/** Reads `RedriveAllowPolicy`. Throws InvalidParameterValueException. */
export function redriveAllowOf(text: string): RedriveAllow {
  const refuse = (reason: string): Error => invalidParameter('RedriveAllowPolicy', text, reason);
  const { redrivePermission, sourceQueueArns } = objectIn(text, refuse);
  const list: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  const sources = list.filter((arn) => typeof arn === 'string');
  if (redrivePermission === 'byQueue') {
    if (sources.length === 0 || sources.length !== list.length || sources.length > sourcesMax)
      throw refuse(`Amazon Resource Names of 1 to ${sourcesMax} source queues are needed for byQueue.`);
    return { permission: redrivePermission, sources };
  }
  if (redrivePermission !== 'allowAll' && redrivePermission !== 'denyAll')
    throw refuse('redrivePermission must be allowAll, denyAll or byQueue.');
  if (sourceQueueArns !== undefined) throw refuse('sourceQueueArns can be given with byQueue only.');
  return { permission: redrivePermission };
}

/** Whether a queue with this attribute, if it has it, may be the dead-letter queue of `source`. */
export function allowsSource(allow: RedriveAllow | undefined, sourceArn: string): boolean {
  if (allow === undefined) return true;
  return allow.permission === 'byQueue' ? allow.sources.includes(sourceArn) : allow.permission === 'allowAll';
}

function objectIn(text: string, refuse: (reason: string) => Error): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('it is not a valid JSON map.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('it is not a valid JSON map.');
  return Object.fromEntries(Object.entries(value));
}
