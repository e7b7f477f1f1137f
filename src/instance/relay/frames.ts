import { ProtocolError } from '../../model/errors.ts';
import type { Destination } from '../../model/network.ts';
import { relayHeadBytes } from '../../protocol/relay.ts';

/** What comes before a payload of so many bytes. */
export function headOf(type: number, id: number, payloadBytes: number): Buffer {
  const head = Buffer.allocUnsafe(relayHeadBytes);
  head.writeUInt32LE(5 + payloadBytes, 0);
  head.writeUInt8(type, 4);
  head.writeUInt32LE(id, 5);
  return head;
}

/** A container's number, and where somebody in it wants to go. */
export function destinationOf(payload: Buffer): { readonly container: number; readonly to: Destination } {
  if (payload.length !== 8 && payload.length !== 20)
    throw new ProtocolError(`The relay told of a connection in ${payload.length} bytes; that takes 8 or 20.`);
  const to = { port: payload.readUInt16LE(2), address: Buffer.from(payload.subarray(4)) };
  return { container: payload.readUInt16LE(0), to };
}

/** What a relay said for people, without what is no text. */
export function reasonIn(payload: Buffer): string {
  return payload
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '?')
    .trim();
}
