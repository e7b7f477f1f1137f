import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForAuxiliary } from '../auxiliary/serve-auxiliary.ts';
import { isForS3 } from '../aws/s3/which.ts';
import { isForApp } from '../dashboard/serve-app.ts';
import { urlTarget, type UrlTarget } from '../urls/target.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;
type Takes = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Who serves which requests. */
export interface Doors {
  readonly trusted: (request: IncomingMessage) => boolean;
  readonly takes: (request: IncomingMessage) => boolean;
  readonly sheds: Takes;
  readonly direct: Takes;
  readonly serveUrl: (request: IncomingMessage, response: ServerResponse, target: UrlTarget) => void;
  readonly serveAux: Serve | undefined;
  readonly serveObjects: Serve;
  readonly servePage: Serve | undefined;
}

/** Where requests come in; what is nobody else's is for `handler`. */
export function entrance(handler: Serve, doors: () => Doors): Serve {
  return (request, response) => {
    const { trusted, takes, sheds, direct, serveUrl, serveAux, serveObjects, servePage } = doors();
    const target = urlTarget(request.headers.host, request.url ?? '');
    // By its host, a URL needs no trust: whoever can name it may call it. By its path it stands beside all else.
    if (target !== undefined && (!target.byPath || trusted(request)))
      return sheds(request, response) ? undefined : serveUrl(request, response, target);
    const page = isForApp(request) ? servePage : undefined;
    const serve = isForAuxiliary(request) ? serveAux : isForS3(request) ? serveObjects : page;
    if (serve !== undefined && takes(request)) return sheds(request, response) ? undefined : serve(request, response);
    if (takes(request) && (sheds(request, response) || direct(request, response))) return;
    handler(request, response);
  };
}
