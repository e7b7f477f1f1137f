import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForAuxiliary } from '../auxiliary/serve-auxiliary.ts';
import { isForS3 } from '../aws/s3/which.ts';
import { isForApp } from '../dashboard/serve-app.ts';
import type { Admission } from '../http/admission.ts';
import { type UrlTarget, urlTarget } from '../urls/target.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** Who serves requests that fastify does not see. */
export interface RawHandlers {
  /** Answers for everybody where there is too much to do, and gives whether it did. */
  readonly sheds: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly functionUrl: (request: IncomingMessage, response: ServerResponse, target: UrlTarget) => void;
  readonly objects: Serve;
  /** Absent where there are none. */
  readonly auxiliary: Serve | undefined;
  /** The page for people; absent where there is none. */
  readonly page: Serve | undefined;
  /** Gives false, having done nothing, for whatever is not one of the plainest invocations. */
  readonly invocation: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves a request, if it is for one of these; gives false, having done nothing, if it is for fastify, which also refuses what is not taken. */
export function servedRaw(
  { sheds, functionUrl, objects, auxiliary, page, invocation }: RawHandlers,
  { trusted, stopping }: Admission,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const target = urlTarget(request.headers.host, request.url ?? '');
  // By its host, a URL needs no trust: whoever can name it may call it. By its path it stands beside all else.
  if (target !== undefined && (!target.byPath || trusted(request))) {
    if (!sheds(request, response)) functionUrl(request, response, target);
    return true;
  }
  if (stopping.aborted || !trusted(request)) return false;
  if (sheds(request, response)) return true;
  const forPage = isForApp(request) ? page : undefined;
  const serve = isForAuxiliary(request) ? auxiliary : isForS3(request) ? objects : forPage;
  if (serve === undefined) return invocation(request, response);
  serve(request, response);
  return true;
}
