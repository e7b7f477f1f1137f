import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, errorReply } from '../../api/errors.ts';
import { http } from './node-http.ts';

/** How long what a client still sends is taken and thrown away, so that it comes to read why it was refused, ms. */
const lingerMs = 10_000;
const refused = new WeakSet<Socket>();

/** Throws ApiError if a connection was told, while its request was still arriving, that it is refused: it must not be carried out. */
export function checkArrived(socket: Socket): void {
  if (refused.has(socket)) throw transportError({ code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}

/** Node's own refusals, of what never became a request, in the shape of all others. For `clientErrorHandler`. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  refused.add(socket);
  const { status, headers, body } = refusal(transportError(error));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const isArriving = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => {
    if (isArriving) linger(socket);
    else socket.destroy();
  });
}

/** Closed at once, with an upload still on its way, a connection is reset, and the answer lost with it. */
function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
  socket.resume();
}

/** An `Expect` header other than `100-continue`. For the server's `checkExpectation`. */
export function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  const what = (request.headers.expect ?? '').slice(0, 80);
  const error = invalid(`Nothing but 100-continue can be expected of this service, and '${what}' was.`, 417);
  const { status, headers, body } = refusal(error);
  response.writeHead(status, headers).end(body);
}

function transportError({ code }: { readonly code?: string }): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError('RequestTooLargeException', 'The headers of the request are too large.', { status: 431 });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return invalid('The request did not arrive in time.', 408);
  return invalid('This is not a valid HTTP request.', 400);
}

function invalid(message: string, status: number): ApiError {
  return new ApiError('InvalidRequestContentException', message, { status });
}

function refusal(error: ApiError): { status: number; headers: Record<string, string>; body: string } {
  const reply = errorReply(error);
  const body = JSON.stringify(reply.body);
  const headers = {
    ...reply.headers,
    'x-amzn-requestid': randomUUID(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { status: reply.status, headers, body };
}
