import type { ScheduledLetter } from './scheduled-letter.ts';

/** A request of Lambda's Invoke, yet to be signed. */
export interface EventAgain {
  readonly method: 'POST';
  /** Percent-encoded, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request that hands over again an event that was given up, and lies in a queue as the message `id`. Done twice, the event runs once. */
export function eventAgain(id: string, event: ScheduledLetter & { readonly kind: 'event' }): EventAgain {
  const { functionName, qualifier, payload, clientContext, tenantId } = event;
  return {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    ...(qualifier !== undefined && { query: { Qualifier: qualifier } }),
    headers: {
      'x-amz-invocation-type': 'Event',
      // Where whoever hands it over ends before the message is deleted, the next one to do so does not have it run twice.
      'x-heddle-idempotency-key': `redrive-${id}`,
      ...(clientContext !== undefined && { 'x-amz-client-context': clientContext }),
      ...(tenantId !== undefined && { 'x-amz-tenant-id': tenantId }),
    },
    body: payload,
  };
}
