import { crc32 } from 'node:zlib';
import { logTail } from '../invocation/invoke-reply.ts';

// AWS's format `application/vnd.amazon.eventstream`: messages of lengths, headers, a payload, and two checksums (its documentation: "Event stream
// encoding"). The SDK's own encoder computes its checksums in JavaScript, which would take longer than all else that is done with a part.

/** The content type of a sequence of these messages. */
export const eventStreamType = 'application/vnd.amazon.eventstream';

const preludeBytes = 12;
const checksumBytes = 4;
const textHeader = 7;

function headersOf(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.of(name.length),
    Buffer.from(name),
    Buffer.of(textHeader, value.length >> 8, value.length & 0xff),
    Buffer.from(value),
  ]);
  return Buffer.concat(parts);
}

function eventHeaders(eventType: string, contentType: string): Buffer {
  return headersOf({ ':message-type': 'event', ':event-type': eventType, ':content-type': contentType });
}

const chunkHeaders = eventHeaders('PayloadChunk', 'application/octet-stream');
const completeHeaders = eventHeaders('InvokeComplete', 'application/json');

/** A part of the answer, in pieces to be written one after the other: it is not copied. */
export function payloadChunk(data: Uint8Array): readonly Uint8Array[] {
  return message(chunkHeaders, data);
}

/** How a streamed invocation ended. */
export interface Complete {
  readonly error?: { readonly code: string; readonly details: string };
  /** Where its tail was asked for. */
  readonly log?: string | undefined;
}

/** The last message. */
export function invokeComplete({ error, log }: Complete): readonly Uint8Array[] {
  const body = {
    ...(error !== undefined && { ErrorCode: error.code, ErrorDetails: error.details }),
    ...(log !== undefined && { LogResult: logTail(log) }),
  };
  return message(completeHeaders, Buffer.from(JSON.stringify(body)));
}

/** An event of another API, as JSON. */
export function jsonEvent(eventType: string, body: object): readonly Uint8Array[] {
  return message(eventHeaders(eventType, 'application/json'), Buffer.from(JSON.stringify(body)));
}

/** The end of a stream that an error has ended: clients throw it. */
export function exceptionMessage(name: string, text: string): readonly Uint8Array[] {
  const kind = { ':message-type': 'exception', ':exception-type': name, ':content-type': 'application/json' };
  return message(headersOf(kind), Buffer.from(JSON.stringify({ message: text })));
}

function message(headers: Buffer, payload: Uint8Array): readonly Uint8Array[] {
  const head = Buffer.allocUnsafe(preludeBytes + headers.length);
  head.writeUInt32BE(head.length + payload.length + checksumBytes, 0);
  head.writeUInt32BE(headers.length, 4);
  head.writeUInt32BE(crc32(head.subarray(0, 8)), 8);
  head.set(headers, preludeBytes);
  const tail = Buffer.allocUnsafe(checksumBytes);
  tail.writeUInt32BE(crc32(payload, crc32(head)), 0);
  return [head, payload, tail];
}
