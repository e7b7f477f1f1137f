import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, errorReply } from '../../api/errors.ts';

/** Whether a host of a cluster knows all that was changed at others. */
export interface Knowing {
  /** For now. */
  readonly valid: boolean;
  /** Resolves when it is. Rejects where it is not soon, with why. */
  settled(): Promise<void>;
}

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** What is said of this process only. */
const ofThisProcess = /^\/(?:healthz|readyz|metrics)(?:\?|$)/;

/** Serves requests while what they are answered from is what holds: else they wait a moment for it, and are refused then with 503. */
export function whileKnowing(knowing: Knowing | undefined, serve: Serve): Serve {
  if (knowing === undefined) return serve;
  return (request, response) => {
    if (knowing.valid || ofThisProcess.test(request.url ?? '')) return serve(request, response);
    untilKnowing(knowing).then(
      () => serve(request, response),
      (error: ApiError) => refuse(response, error),
    );
  };
}

/** Resolves when it knows. Rejects with an ApiError. */
export async function untilKnowing(knowing: Knowing | undefined): Promise<void> {
  if (knowing === undefined || knowing.valid) return;
  try {
    await knowing.settled();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError('ServiceException', why, { status: 503, retryAfterSeconds: 1, cause });
  }
}

function refuse(response: ServerResponse, error: ApiError): void {
  const { status, headers, body } = errorReply(error);
  const text = JSON.stringify(body);
  const always = { 'x-amzn-requestid': randomUUID(), 'content-type': 'application/json' };
  response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(text), ...headers }).end(text);
}
