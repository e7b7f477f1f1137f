import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ErrorReply } from '../../api/errors.ts';
import { refusalCodes } from '../../protocol/session/session-socket.ts';

/** Bytes of text in a closing frame (RFC 6455, 5.5.1). */
const reasonBytesMax = 123;
/** How long the refused have to close their end, milliseconds. */
const refusedMsMax = 1_000;

/** Refuses a request for a WebSocket by HTTP. */
export function refuse(socket: Duplex, { status, headers, body }: ErrorReply): void {
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} Refused\r\n${head}\r\n${text}`);
}

/** Refuses by closing what was opened only to say so. */
export function refuseOpenly(websocket: WebSocket, { status, body }: ErrorReply): void {
  websocket.on('error', () => websocket.terminate());
  closeFor(websocket, refusalCodes + status, shortened(body['message'] ?? body['Message'] ?? ''));
}

/** Closes for a reason that the other end may take its time to hear, but not forever. */
export function closeFor(websocket: WebSocket, code: number, reason: string): void {
  websocket.close(code, reason);
  setTimeout(() => websocket.terminate(), refusedMsMax).unref();
}

/** As many of a text's sentences as fit. */
function shortened(text: string): string {
  const sentences = text.split(/(?<=\.) /);
  while (sentences.length > 1 && Buffer.byteLength(sentences.join(' ')) > reasonBytesMax) sentences.pop();
  const cut = Buffer.from(sentences.join(' ')).subarray(0, reasonBytesMax);
  return cut.toString().replace(/\ufffd+$/, '');
}
