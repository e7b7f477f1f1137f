import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FoundUrl } from './url-book.ts';
import { corsLines } from './cors.ts';
import { linesByPath, withoutCookieDomains } from './path-form.ts';
import type { UrlTarget } from './target.ts';

/** One request to a URL. */
export interface UrlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: UrlTarget;
  readonly requestId: string;
  /** On the service's clock. */
  readonly receivedAt: number;
  /** `Root=1-…`: of the caller, or begun here. */
  readonly trace: string;
}

type Lines = readonly (readonly [name: string, value: string])[];

/**
 * Begins the answer. `lines` are the function's own; `own`: what the service says beside them and a function cannot. The length of the body, where that
 * is known, or it is sent in chunks.
 */
export function writeHead(
  { request, response, target, requestId, trace }: UrlCall,
  found: FoundUrl | undefined,
  status: number,
  lines: Lines,
  own: Readonly<Record<string, string>> = {},
  bodyBytes?: number,
): void {
  const guarded = target.byPath ? linesByPath(lines, target.urlId) : withoutCookieDomains(lines);
  const head = ['x-amzn-requestid', requestId, 'x-amzn-trace-id', trace];
  for (const name in own) head.push(name, own[name] ?? '');
  for (const [name, value] of guarded) head.push(name, value);
  for (const [name, value] of corsLines(found?.url.cors, request.headers)) head.push(name, value);
  if (bodyBytes !== undefined && status !== 204 && status !== 304) head.push('content-length', String(bodyBytes));
  response.writeHead(status, head);
}
