import type { EgressSaid } from '../../model/functions/function.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import type { EventRules } from './rules.ts';

/** What is kept of an event beside its payload; only what there is. */
export interface EventDetail {
  /** As the function was called by: an alias, a version's number. */
  readonly qualifier?: string;
  readonly clientContext?: string;
  readonly tenantId?: string;
  readonly traceHeader?: string;
  readonly policy?: SecurityPolicy;
  /** What held when it was accepted, for when its function is not there any more: only where something was said. */
  readonly rules?: EventRules;
  /** It goes to a destination, and is about this. */
  readonly delivery?: DeliveryDetail;
}

/** Of what goes to a destination. */
export interface DeliveryDetail {
  /** The function whose event it was, and what that may connect to. */
  readonly functionName: string;
  readonly functionArn: string;
  readonly egress: EgressSaid;
  readonly succeeded: boolean;
  /** The tracing header that a message to a queue hands on. */
  readonly trace?: string;
  /** Of a message to a dead-letter queue. */
  readonly attributes?: MessageAttributes;
}

export interface MessageAttributes {
  readonly text: Readonly<Record<string, string>>;
  readonly number: Readonly<Record<string, string>>;
}

export function detailText(detail: EventDetail): string {
  const text = JSON.stringify(detail);
  return text === '{}' ? '' : text;
}

/** What `detailText` made. */
export function detailOf(text: string): EventDetail {
  const detail: EventDetail = text === '' ? {} : JSON.parse(text);
  return detail;
}
