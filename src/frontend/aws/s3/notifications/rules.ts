import { ObjectError } from '../../../../objects/errors.ts';
import type { BucketSettings } from '../../../../objects/tables/buckets.ts';

/** What is told to whom of a bucket's changes. */
export interface NotificationRule {
  readonly id: string;
  /** ARN of a function or a queue. */
  readonly arn: string;
  readonly kind: 'function' | 'queue';
  /** `s3:ObjectCreated:*` */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

const known =
  /^s3:(?:ObjectCreated:(?:\*|Put|Post|Copy|CompleteMultipartUpload)|ObjectRemoved:(?:\*|Delete|DeleteMarkerCreated))$/;

/** Throws InvalidArgument, NotImplemented for events that never happen here. */
export function checkEvents(events: readonly string[]): void {
  if (events.length === 0) throw new ObjectError('InvalidArgument', 'A notification names at least one event.');
  const other = events.find((event) => !known.test(event));
  if (other !== undefined)
    throw new ObjectError(
      'InvalidArgument',
      `The event '${other.slice(0, 60)}' is not supported for notifications: there are s3:ObjectCreated:* and s3:ObjectRemoved:*, and what is in them.`,
    );
}

/** The rules that are set. */
export function rulesOf(settings: BucketSettings): readonly NotificationRule[] {
  const { notifications } = settings;
  return Array.isArray(notifications) ? notifications : [];
}

/** Whether a rule is about this. `event`: `ObjectCreated:Put`. */
export function matches({ events, prefix, suffix }: NotificationRule, event: string, key: string): boolean {
  const [kind] = event.split(':', 1);
  const isMeant = events.some((each) => each === `s3:${event}` || each === `s3:${kind}:*`);
  return isMeant && key.startsWith(prefix) && key.endsWith(suffix);
}
