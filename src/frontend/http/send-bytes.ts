import { isUtf8 } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { ApiReply } from '../routes/operation.ts';

const textBytesMax = 16_384;

/** Sends the answer of a function. `sent` is called when it has left. */
export function sendBytes(
  response: ServerResponse,
  requestId: string,
  { status, headers, requestId: ofRequest }: ApiReply,
  bytes: Uint8Array,
  sent?: () => void,
): void {
  // As a list, names and values in turns: node:http writes that as it is.
  const lines = ['x-amzn-requestid', ofRequest ?? requestId, 'content-length', String(bytes.length)];
  for (const name in headers) lines.push(name, headers[name] ?? '');
  response.writeHead(status, lines);
  sendBody(response, bytes, sent);
}

/** Ends an answer whose head was written, with its body. */
export function sendBody(response: ServerResponse, bytes: Uint8Array, sent?: () => void): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // As text, head and body leave in one piece, which saves several microseconds. Only if it is text, every byte of it.
  response.end(buffer.length <= textBytesMax && isUtf8(buffer) ? buffer.toString() : buffer, sent);
}
