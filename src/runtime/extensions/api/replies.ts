import type { ServerResponse } from 'node:http';

// What AWS Lambda's Extensions API answers, in its own words (its documentation, and the public runtime interface emulator's behaviour).

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  const about = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(status, { ...about, ...headers });
  response.end(text);
}

/** Types of what is forbidden, as AWS Lambda names them. */
export type ForbiddenType =
  | 'InvalidRequestFormat'
  | `${'Telemetry' | 'Logs'}.SubscriptionClosed`
  | `Extension.${
      | 'InvalidExtensionName'
      | 'InvalidEventType'
      | 'InvalidExtensionState'
      | 'RegistrationClosed'
      | 'TooManyExtensions'
      | 'MissingExtensionIdentifier'
      | 'InvalidExtensionIdentifier'
      | 'UnknownExtensionIdentifier'
      | 'MissingHeader'}`;

/** 403. */
export function forbidden(response: ServerResponse, errorType: ForbiddenType, errorMessage: string): void {
  sendJson(response, 403, { errorMessage, errorType });
}

/** 400. */
export function badRequest(response: ServerResponse, errorType: string, errorMessage: string): void {
  sendJson(response, 400, { errorMessage, errorType });
}

/** 500: the container is about to end. */
export function ending(response: ServerResponse): void {
  sendJson(response, 500, { errorMessage: 'Internal Server Error', errorType: 'InternalServerError' });
}

/** 413. */
export function tooLarge(response: ServerResponse, bytesMax: number): void {
  const errorMessage = `Exceeded maximum allowed payload size (${bytesMax} bytes).`;
  sendJson(response, 413, { errorMessage, errorType: 'RequestEntityTooLarge' });
}
