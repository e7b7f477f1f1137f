import { isUtf8 } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { ApiReply } from './operation.ts';

const textBytesMax = 16_384;

/** Sends the answer of a function. `sent` is called when it has left. */
export function sendBytes(
  response: ServerResponse,
  requestId: string,
  { status, headers }: ApiReply,
  bytes: Uint8Array,
  sent?: () => void,
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // As a list, names and values in turns: node:http writes that as it is.
  const lines = ['x-amzn-requestid', requestId, 'content-length', String(buffer.length)];
  for (const name in headers) lines.push(name, headers[name] ?? '');
  response.writeHead(status, lines);
  // As text, head and body leave in one piece, which saves several microseconds. Only if it is text, every byte of it.
  response.end(buffer.length <= textBytesMax && isUtf8(buffer) ? buffer.toString() : buffer, sent);
}
