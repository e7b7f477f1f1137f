import type { MessageAttributes } from '../async/detail.ts';

/** What the function of an event answered last, or was answered for it. */
export interface LastResponse {
  /** 200 also where the function failed; 404 where it is not there, 429 where it was throttled. */
  readonly statusCode: number;
  readonly executedVersion?: string;
  readonly functionError?: string;
  readonly payload?: Uint8Array;
  /** In words, where there is no payload. */
  readonly error?: string;
}

/** An event that is over. */
export interface EndedEvent {
  readonly requestId: string;
  /** With its qualifier, `$LATEST` where there was none. */
  readonly functionArn: string;
  readonly condition: string;
  readonly runs: number;
  readonly payload: Uint8Array;
  readonly response?: LastResponse;
}

/** The record that AWS sends to destinations (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). */
export function invocationRecord(event: EndedEvent, nowMs: number): Uint8Array {
  const { requestId, functionArn, condition, runs, payload, response } = event;
  const head = {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: runs },
  };
  // Payloads are put in as they are: they are JSON, and a number in them may have more digits than we could carry.
  const parts: (string | Uint8Array)[] = [JSON.stringify(head).slice(0, -1), ',"requestPayload":', payload];
  if (response !== undefined) {
    const { statusCode, executedVersion, functionError } = response;
    const context = { statusCode, executedVersion, functionError };
    parts.push(`,"responseContext":${JSON.stringify(context)}`, ',"responsePayload":', response.payload ?? 'null');
  }
  return Buffer.concat([...parts, '}'].map((part) => Buffer.from(part)));
}

/** AWS's limit for the words that come with a dead letter, bytes. */
const errorBytesMax = 1_024;

/**
 * The attributes of the message that AWS sends to a dead-letter queue, whose body is the event; and `FunctionArn`, as the function was called by, so that
 * it can be handed over again to just that.
 */
export function deadLetterAttributes(
  { requestId, condition, response }: EndedEvent,
  calledArn: string,
): MessageAttributes {
  const message = condition === 'ZeroReservedConcurrency' ? zeroWords : (response?.error ?? condition);
  return {
    text: { RequestID: requestId, ErrorMessage: printable(cut(message)) || condition, FunctionArn: calledArn },
    number: response === undefined ? {} : { ErrorCode: String(response.statusCode) },
  };
}

const zeroWords = 'Function not invoked. Function is configured with zero reserved concurrent executions';

/** Not within a character. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= errorBytesMax) return text;
  return new TextDecoder().decode(bytes.subarray(0, errorBytesMax), { stream: true });
}

/** What queues let pass (the characters of XML 1.0). */
function printable(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
}

/** What a function's error says, of the JSON that it is. */
export function errorMessageOf(payload: Uint8Array): string {
  try {
    const error: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof error === 'object' && error !== null && 'errorMessage' in error) return String(error.errorMessage);
  } catch {
    // What is no JSON is said as it is.
  }
  return Buffer.from(payload).toString();
}
