import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import type { Destination } from '../../model/network.ts';

/** Of a question. */
const questionBytesMax = 4_096;
const loopback = Buffer.of(127, 0, 0, 1);

/** Where programs in a container ask for names, by streams as by datagrams. Loopback is their own: nothing else of it comes here. */
export function isAnswererOfDns({ address, port }: Destination): boolean {
  return port === 53 && loopback.equals(address);
}

/**
 * Answers the questions of a stream, one after the other, until it ends, or asks what is no question (undefined). Rejects where it
 * breaks.
 */
export async function answerDnsStream(
  stream: Duplex,
  answer: (message: Buffer) => Promise<Buffer | undefined>,
): Promise<void> {
  for await (const message of readDnsStream(stream, questionBytesMax)) {
    const text = await answer(message);
    if (text === undefined || stream.destroyed) break;
    if (!stream.write(dnsStreamMessage(text))) await once(stream, 'drain');
  }
  stream.end();
}

/** A message as it goes over a stream: behind its length (RFC 1035, 4.2.2). */
export function dnsStreamMessage(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(2 + message.length);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  return framed;
}

/**
 * The messages of a stream, one by one, until it ends, and leaves it open; what is cut off at its end is none. Throws what it fails with, and
 * for a message of more bytes than `bytesMax`.
 */
export async function* readDnsStream(stream: Readable, bytesMax: number): AsyncGenerator<Buffer> {
  let unread = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 2) {
      const end = 2 + unread.readUInt16BE(0);
      if (end > 2 + bytesMax)
        throw new RangeError(`A message of DNS has ${end - 2} bytes; at most ${bytesMax} are taken.`);
      if (unread.length < end) break;
      yield unread.subarray(2, end);
      unread = unread.subarray(end);
    }
  }
}
