import type { ServerResponse } from 'node:http';

// What AWS Lambda's Runtime API answers, in its own words (its documentation, and the public runtime interface emulator's behaviour).

/** The state of a runtime, as its API names it. */
export type StateName = 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'ResponseSent';

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  sendJson(response, status, { errorMessage, errorType });
}

/** 202. */
export function accepted(response: ServerResponse): void {
  sendJson(response, 202, { status: 'OK' });
}

/** 403: something was said that has no place now. */
export function wrongState(response: ServerResponse, from: StateName, to: StateName | 'InvocationErrorResponse'): void {
  const message = `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`;
  refuse(response, 403, 'InvalidStateTransition', message);
}

/** 400: there is no such invocation, or it has its answer. */
export function wrongRequestId(response: ServerResponse): void {
  refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
}

/** 400: `Lambda-Runtime-Function-Response-Mode` is there, and not `streaming`. */
export function wrongMode(response: ServerResponse): void {
  refuse(response, 400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
}

/** 400: the answer broke off. Nobody may be there to read it. */
export function truncated(response: ServerResponse): void {
  if (response.destroyed) return;
  refuse(response, 400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
}

/** 413. */
export function tooLarge(response: ServerResponse, bytesMax: number): void {
  const message = `Exceeded maximum allowed payload size (${bytesMax} bytes).`;
  refuse(response, 413, 'RequestEntityTooLarge', message);
}

/** 404 and 405. */
export function notFound(response: ServerResponse, status: 404 | 405): void {
  const words = status === 404 ? 'There is no such path in the Runtime API.' : 'This path takes another method.';
  refuse(response, status, status === 404 ? 'NotFound' : 'MethodNotAllowed', words);
}
