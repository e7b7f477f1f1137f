import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { ApiError, errorReply } from '../../api/errors.ts';
import { limits } from '../../model/limits.ts';
import { normalClosure, sessionPath, signOfLifeMs } from '../../protocol/session/session-socket.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { SignedRequest } from '../auth/signature-claim.ts';
import { asApiError } from '../error-handling.ts';
import { refuse, refuseOpenly } from './refusal.ts';
import type { ThreadSessions } from './sessions.ts';

/** What does not answer for so long is gone, milliseconds. */
const pingMs = signOfLifeMs;

/** What {@link mountSessions} works with. */
export interface SessionsMount {
  readonly sessions: ThreadSessions;
  readonly authenticator: Authenticator;
  /** Throws ApiError for a request that may not come in at all. */
  readonly admit: (request: IncomingMessage) => void;
  readonly logger: Logger;
}

/** Takes WebSockets at {@link sessionPath} whose request is signed as any other, in headers or, from browsers, in its query. */
export function mountSessions(server: Server, mount: SessionsMount): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytesMax * 2,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    authenticate(request, mount).then(
      (account) =>
        sockets.handleUpgrade(request, socket, head, (websocket) =>
          serve(websocket, mount.sessions, account, isOfPage(request)),
        ),
      (error: unknown) => {
        const reply = errorReply(asApiError(error, 'OpenSession', 0, mount.logger));
        // A page is shown nothing of an answer that is no WebSocket.
        if (!isOfPage(request)) return refuse(socket, reply);
        sockets.handleUpgrade(request, socket, head, (websocket) => refuseOpenly(websocket, reply));
      },
    );
  });
}

async function authenticate(request: IncomingMessage, { admit, authenticator }: SessionsMount): Promise<string> {
  admit(request);
  const signed = signedRequest(request);
  if (signed.path !== sessionPath)
    throw new ApiError(
      'UnknownOperationException',
      `There is no WebSocket on this path; there is one on ${sessionPath}.`,
    );
  const claimant = await authenticator.admit(signed);
  await authenticator.verify(signed, claimant, Buffer.alloc(0));
  return claimant.key.account;
}

function signedRequest({ url = '/', method = 'GET', headers }: IncomingMessage): SignedRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers };
}

/** Pages can set no headers: they sign in the query. */
function isOfPage(request: IncomingMessage): boolean {
  return signedRequest(request).query['X-Amz-Signature'] !== undefined;
}

function serve(websocket: WebSocket, sessions: ThreadSessions, account: string, page: boolean): void {
  const connection = sessions.accept(account, {
    send: (bytes) => websocket.send(bytes),
    close: () => websocket.close(),
  });
  let alive = true;
  const pings = setInterval(() => {
    if (!alive) return websocket.terminate();
    alive = false;
    websocket.ping();
    // Browsers answer pings, and do not tell their pages.
    if (page) websocket.send(new Uint8Array());
  }, pingMs).unref();
  websocket.on('pong', () => (alive = true));
  websocket.on('message', (data) => {
    if (Buffer.isBuffer(data)) connection.receive(data);
    else websocket.close();
  });
  websocket.on('error', () => websocket.terminate());
  websocket.on('close', (code) => {
    clearInterval(pings);
    connection.closed(code === normalClosure);
  });
}
