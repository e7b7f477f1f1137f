import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { ApiError, errorReply } from '../../api/errors.ts';
import { callerOn } from '../../model/invocations/caller.ts';
import { limits } from '../../model/limits.ts';
import { movedAway, normalClosure, sessionPath, signOfLifeMs } from '../../protocol/session/session-socket.ts';
import type { ForwardedIdentity, IdentityOfForwarded } from '../../cluster/contract.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type { AccessKey } from '../../store/contract.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { authorise } from '../policies/authorise.ts';
import { startingThreads } from '../../policies/services.ts';
import type { SignedRequest } from '../auth/signature-claim.ts';
import { asApiError } from '../routes/error-handling.ts';
import { closeFor, refuse, refuseOpenly } from './refusal.ts';
import type { ThreadSessions } from './sessions.ts';

/** What does not answer for so long is gone, milliseconds. */
const pingMs = signOfLifeMs;

/** Where sessions are, of a service that has several hosts. */
export interface SessionRoute {
  /** Who a request is from that another host has sent on to this one. */
  readonly identityOf: IdentityOfForwarded;
  /**
   * Has a request answered where its account's sessions are, and gives whether that is elsewhere. Throws ApiError where nobody can tell where they are, or one that
   * was sent on already would have to go on once more.
   */
  readonly leadsOn: (from: UpgradeRequest, identity: ForwardedIdentity, sentOn: boolean) => Promise<boolean>;
}

/** A request to upgrade its connection. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What {@link mountSessions} works with. */
export interface SessionsMount {
  readonly sessions: ThreadSessions;
  readonly authenticator: Authenticator;
  /** Throws ApiError for a request that may not come in at all. */
  readonly admit: (request: IncomingMessage) => void;
  /** Resolves when it may be answered; rejects with ApiError. */
  readonly settled: () => Promise<void>;
  readonly logger: Logger;
  /** Absent on one machine. */
  readonly sessionRoute?: SessionRoute | undefined;
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
    keyOf({ request, socket, head }, mount).then(
      (key) => {
        if (key === undefined) return;
        sockets.handleUpgrade(request, socket, head, (websocket) => serve(websocket, mount.sessions, key, request));
      },
      (error: unknown) => {
        const reply = errorReply(asApiError(error, 'OpenSession', 0, mount.logger));
        // A page is shown nothing of an answer that is no WebSocket.
        if (!isOfPage(request)) return refuse(socket, reply);
        sockets.handleUpgrade(request, socket, head, (websocket) => refuseOpenly(websocket, reply));
      },
    );
  });
}

/** Undefined where another host answers. */
async function keyOf(upgrade: UpgradeRequest, mount: SessionsMount): Promise<AccessKey | undefined> {
  const { sessionRoute: route } = mount;
  await mount.settled();
  const sentOn = route?.identityOf(upgrade.request);
  const key = sentOn === undefined ? await authenticate(upgrade.request, mount) : sentOn.key;
  return (await route?.leadsOn(upgrade, { key }, sentOn !== undefined)) === true ? undefined : key;
}

async function authenticate(request: IncomingMessage, { admit, authenticator }: SessionsMount): Promise<AccessKey> {
  admit(request);
  const signed = signedRequest(request);
  if (signed.path !== sessionPath)
    throw new ApiError(
      'UnknownOperationException',
      `There is no WebSocket on this path; there is one on ${sessionPath}.`,
    );
  const claimant = await authenticator.admit(signed);
  await authenticator.verify(signed, claimant, Buffer.alloc(0));
  if (claimant.key.sessionToken !== undefined) authorise(claimant.key, startingThreads);
  return claimant.key;
}

function signedRequest({ url = '/', method = 'GET', headers }: IncomingMessage): SignedRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers };
}

/** Pages can set no headers: they sign in the query. */
function isOfPage(request: IncomingMessage): boolean {
  return signedRequest(request).query['X-Amz-Signature'] !== undefined;
}

/** What AWS says of a key that is good for nothing any more. */
function keyEnded(): ApiError {
  return new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function serve(websocket: WebSocket, sessions: ThreadSessions, key: AccessKey, request: IncomingMessage): void {
  const page = isOfPage(request);
  const wire: Wire = {
    send: (bytes) => websocket.send(bytes),
    close: (why) => (why === undefined ? websocket.close() : closeFor(websocket, movedAway, 'Its account has moved.')),
  };
  const caller = callerOn(request.socket);
  const client = { starter: key.holder, standing: key.standing, caller, key: key.accessKeyId };
  const connection = sessions.accept(key.account, wire, client);
  let alive = true;
  // Whoever's key is taken away is not served any longer, from wherever he has come.
  const end = (): void => {
    connection.closed(true);
    refuseOpenly(websocket, errorReply(keyEnded()));
  };
  if (key.ended?.aborted === true) return end();
  key.ended?.addEventListener('abort', end, { once: true });
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
    // Until its client can come back no more, what it had under way goes on.
    const forget = (): void => key.ended?.removeEventListener('abort', end);
    const forgetLater = (): void =>
      void setTimeout(
        () => (key.standing?.still === true ? forgetLater() : forget()),
        limits.sessionResumeMsMax,
      ).unref();
    if (code === normalClosure) forget();
    else forgetLater();
  });
}
