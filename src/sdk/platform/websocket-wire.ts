import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { WebSocket } from 'ws';
import {
  movedAway,
  normalClosure,
  refusalCodes,
  refusedForGood,
  sessionPath,
  silentMsMax,
} from '../../protocol/session/session-socket.ts';
import type { Connect } from '../threads/session/client-session.ts';
import { SessionRefusedError } from '../threads/session/refused.ts';
import { credentialsOf, type ServiceKey } from '../threads/session/service-key.ts';

/** How long a service may take to answer a request for a connection, milliseconds. */
const handshakeTimeout = 10_000;

/** Connects to a service over a WebSocket whose request is signed. */
export function websocketConnect(connection: ServiceKey): Connect {
  return async (events) => {
    const url = new URL(sessionPath, connection.url);
    const headers = await signedHeaders(url, connection);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout });
    socket.binaryType = 'nodebuffer';
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          reject(new SessionRefusedError(connection.url, response.statusCode ?? 0, Buffer.concat(chunks).toString())),
        );
      });
    });
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) events.onBytes(data);
    });
    socket.on('error', () => socket.terminate());
    endWhenSilent(socket);
    socket.on('close', (code, reason) => {
      if (code === movedAway) return events.onMoved();
      const why =
        code > refusalCodes
          ? new SessionRefusedError(connection.url, code - refusalCodes, reason.toString())
          : new Error(`The service at ${connection.url} closed the connection.`);
      events.onClose(why, code === refusedForGood);
    });
    return {
      send: (bytes) => socket.send(bytes),
      close: () => socket.close(normalClosure),
      ref: (held) => hold(socket, held),
    };
  };
}

function endWhenSilent(socket: WebSocket): void {
  const silence = setTimeout(() => socket.terminate(), silentMsMax).unref();
  for (const sign of ['ping', 'message'] as const) socket.on(sign, () => silence.refresh());
  socket.on('close', () => clearTimeout(silence));
}

/** `ws` has no `unref` of its own; its socket does. */
function hold(socket: WebSocket, held: boolean): void {
  const inner: unknown = Reflect.get(socket, '_socket');
  if (typeof inner !== 'object' || inner === null) return;
  const action: unknown = Reflect.get(inner, held ? 'ref' : 'unref');
  if (typeof action === 'function') Reflect.apply(action, inner, []);
}

async function signedHeaders(url: URL, connection: ServiceKey): Promise<Record<string, string>> {
  const { region } = connection;
  const sha256 = Hash.bind(null, 'sha256');
  const signer = new SignatureV4({ credentials: credentialsOf(connection), region, service: 'lambda', sha256 });
  const request = new HttpRequest({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host },
  });
  const { headers } = await signer.sign(request);
  return headers;
}
