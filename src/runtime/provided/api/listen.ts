import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RuntimeApi } from './runtime-api.ts';
import { notFound } from './replies.ts';

/** Where AWS Lambda serves it. */
const usualPort = 9_001;
const host = '127.0.0.1';
/** A runtime has one connection, or one for each of its threads. */
const connectionsMax = 256;
/** A runtime may send the cause of an error in a header of up to 1 MiB. */
const headerBytesMax = 1_114_112;
const prefix = '/2018-06-01/';

/** The API that is being served. */
export interface Listening {
  readonly server: Server;
  /** `HOST:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
}

/** Answers a request; `path` without its query. */
export type Handle = (method: string, path: string, request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves the Runtime API, and whatever else is asked for there, on this container's loopback, which is the container's own: whoever is in here may ask.
 * Nothing has a time-out of its own, as the runtime waits for `next` as long as nothing comes: the invocation has one. Where the
 * usual port is taken, which needs somebody else on this loopback, it is another one, as with `port` 0.
 */
export async function listen(handle: Handle, port: number = usualPort): Promise<Listening> {
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: headerBytesMax, noDelay: true },
    (request, response) => {
      // Who hangs up before he has his answer has had it.
      response.on('error', () => undefined);
      const [path = ''] = (request.url ?? '').split('?');
      handle(request.method ?? '', path, request, response);
    },
  );
  server.maxConnections = connectionsMax;
  try {
    return { server, address: `${host}:${await listening(server, port)}` };
  } catch (error) {
    if (port === 0 || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return listen(handle, 0);
  }
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: connectionsMax }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Answers requests for the Runtime API. */
export function runtimeRoutes(api: RuntimeApi): Handle {
  return (method, path, request, response) => route(api, method, path, request, response);
}

function route(
  api: RuntimeApi,
  method: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const action = path.startsWith(prefix) ? actionOf(path.slice(prefix.length)) : undefined;
  if (action === undefined) return notFound(response, 404);
  if (method !== (action.kind === 'next' || action.kind === 'ping' ? 'GET' : 'POST')) return notFound(response, 405);
  switch (action.kind) {
    case 'next':
      return api.next(response);
    case 'ping':
      return void response.end('pong');
    case 'init-error':
      return void api.initError(request, response);
    default:
      return void api.answer(action.kind, action.requestId, request, response);
  }
}

type Action =
  | { readonly kind: 'next' }
  | { readonly kind: 'init-error' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'response' | 'error'; readonly requestId: string };

function actionOf(path: string): Action | undefined {
  if (path === 'runtime/invocation/next') return { kind: 'next' };
  if (path === 'runtime/init/error') return { kind: 'init-error' };
  if (path === 'ping') return { kind: 'ping' };
  const [, requestId, kind] = /^runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  if (requestId === undefined || kind === undefined) return undefined;
  return { kind: kind === 'error' ? 'error' : 'response', requestId };
}
