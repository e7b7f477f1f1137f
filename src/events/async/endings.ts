import { randomUUID } from 'node:crypto';
import { functionArn, type Scope } from '../../api/function-ref.ts';
import { latestVersion } from '../../model/functions/function.ts';
import { allowedLineage, lineageIn, stoppedLineage, withLineage } from '../../model/invocations/lineage.ts';
import { limits } from '../../model/limits.ts';
import type { KeptEvent, NewEvent } from '../../store/durable/contracts/events.ts';
import { destinationOf, DestinationError } from '../destinations/destination.ts';
import { deadLetterAttributes, invocationRecord, type EndedEvent, type LastResponse } from '../destinations/record.ts';
import { detailOf, detailText, type DeliveryDetail } from './detail.ts';
import type { EventRules } from './rules.ts';

/** Why an event ends whose chain of requests was a loop. AWS documents no condition for it: the name of the error that callers get. */
export const recursion = 'RecursiveInvocationException';

/** What follows from the end of an event, and what of that cannot be. */
export interface Following {
  readonly next: readonly NewEvent[];
  readonly refused: readonly { readonly arn: string; readonly why: string }[];
}

/** An event that is over, and why. */
export interface Ending {
  readonly event: KeptEvent;
  readonly rules: EventRules;
  readonly condition: string;
  readonly runs: number;
  readonly response?: LastResponse;
}

/** What is to be sent where, now that an event is over: the record to the destination, and if it failed the event itself to the dead-letter queue. */
export function followingFrom(ending: Ending, region: string, nowMs: number): Following {
  const { event, rules, condition, runs, response } = ending;
  const { account, line: functionName, requestId, payload } = event;
  const { qualifier } = detailOf(event.detail);
  const unqualified = functionArn({ account, region }, functionName);
  const arn = `${unqualified}:${qualifier ?? latestVersion}`;
  const calledArn = qualifier === undefined ? unqualified : arn;
  const ended: EndedEvent = { requestId, functionArn: arn, condition, runs, payload, ...(response && { response }) };
  const succeeded = condition === 'Success';
  const trace = traceAfter(event, condition);
  const about: DeliveryDetail = { functionName, functionArn: arn, egress: rules.egress, succeeded, ...trace.toQueues };
  const next: NewEvent[] = [];
  const refused: { arn: string; why: string }[] = [];
  const send = (to: string | undefined, body: () => Uint8Array, detail: DeliveryDetail): void => {
    if (to === undefined) return;
    const made = followUp(event, to, { account, region }, body(), detail, nowMs, trace.toFunctions);
    if (typeof made === 'string') refused.push({ arn: to, why: made });
    else next.push(made);
  };
  send(succeeded ? rules.onSuccess : rules.onFailure, () => invocationRecord(ended, nowMs), about);
  if (!succeeded)
    send(rules.deadLetter, () => payload, { ...about, attributes: deadLetterAttributes(ended, calledArn) });
  return { next, refused };
}

/** The tracing header of what follows: to functions, null where none of them is told; and to queues. What was not run counts, too: else it might never end. */
function traceAfter(
  { account, line, requestId, acceptedMs, detail }: KeptEvent,
  condition: string,
): { readonly toFunctions: string | null; readonly toQueues: Pick<DeliveryDetail, 'trace'> } {
  const { traceHeader } = detailOf(detail);
  const seconds = Math.floor(acceptedMs / 1_000).toString(16);
  const own = requestId.replaceAll(/[^0-9a-f]/g, '').slice(0, 24);
  const root = `Root=1-${seconds.padStart(8, '0')}-${own.padEnd(24, '0')};Sampled=0`;
  // Callers may have sent what no queue takes.
  const header = traceHeader !== undefined && /^[!-~]{1,512}$/.test(traceHeader) ? traceHeader : root;
  const given = lineageIn(traceHeader);
  const isStopped = condition === recursion && given !== undefined;
  const next = isStopped ? stoppedLineage(given) : allowedLineage(given, { account, name: line });
  const trace = next === undefined ? header : withLineage(header, next);
  return { toFunctions: next === undefined ? null : trace, toQueues: { trace } };
}

/** What is kept for a destination to be told by, because of an event; or why there is none. `trace`: for functions; null: none is told. */
export function followUp(
  event: Pick<KeptEvent, 'account' | 'requestId'>,
  arn: string,
  scope: Scope,
  payload: Uint8Array,
  delivery: DeliveryDetail,
  acceptedMs: number,
  trace?: string | null,
): NewEvent | string {
  const { account, requestId } = event;
  try {
    const to = destinationOf(arn, scope);
    if (to.kind !== 'function')
      return { account, line: arn, requestId, acceptedMs, payload, detail: detailText({ delivery }) };
    if (trace === null) return 'its chain of requests was stopped before, as it is a loop, and still goes on';
    if (payload.length > limits.payloadBytesMax)
      return `the record has ${payload.length} bytes, and a function takes at most ${limits.payloadBytesMax}`;
    const { name, qualifier } = to;
    const detail = detailText({
      ...(qualifier !== undefined && { qualifier }),
      ...(trace !== undefined && { traceHeader: trace }),
    });
    return { account, line: name, requestId: randomUUID(), acceptedMs, payload, detail };
  } catch (error) {
    if (error instanceof DestinationError) return error.message;
    throw error;
  }
}
