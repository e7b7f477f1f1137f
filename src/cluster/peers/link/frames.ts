import { ProtocolError } from '../../../model/errors.ts';
import { peerLimits } from '../peer-limits.ts';
import { countIn, fieldsOf } from '../../fields.ts';
import { parseWireError, type WireError } from './wire-error.ts';

// What hosts say to each other on a link, each a frame of MessagePack (protocol/framing). The host that opened the connection begins conversations, with
// numbers of its own that are never used twice; each direction of a conversation may have so much under way that the other side has not taken.

/** One frame of a link. */
export type PeerFrame =
  /** Begins a conversation. `opening`: MessagePack; missing where it is long: then it is its first message. */
  | { readonly type: 'open'; readonly id: number; readonly method: string; readonly opening?: Uint8Array }
  /** Part of a message; the last one is without `more`. `last`: with it ends the conversation, on purpose. */
  | {
      readonly type: 'data';
      readonly id: number;
      readonly data: Uint8Array;
      readonly more?: true;
      readonly last?: true;
    }
  /** So many bytes were taken. */
  | { readonly type: 'credit'; readonly id: number; readonly bytes: number }
  | { readonly type: 'end'; readonly id: number; readonly error?: WireError }
  /** Asks whether the other side is there, and still wants what it has asked for: it answers with the same number. */
  | { readonly type: 'ping' | 'pong'; readonly n: number };

/** Throws ProtocolError for what is none. */
export function parsePeerFrame(value: unknown): PeerFrame {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'open': {
      const { method, opening } = fields;
      if (typeof method !== 'string' || method.length > peerLimits.methodLengthMax) throw wrong('open', 'method');
      if (opening === undefined) return { type: 'open', id: countIn(fields, 'id'), method };
      return { type: 'open', id: countIn(fields, 'id'), method, opening: bytesIn(fields, 'opening') };
    }
    case 'data': {
      const frame = { type: 'data', id: countIn(fields, 'id'), data: bytesIn(fields, 'data') } as const;
      if (fields['last'] === true) return { ...frame, last: true };
      return fields['more'] === true ? { ...frame, more: true } : frame;
    }
    case 'credit':
      return { type: 'credit', id: countIn(fields, 'id'), bytes: countIn(fields, 'bytes') };
    case 'end': {
      const { error } = fields;
      const id = countIn(fields, 'id');
      return error === undefined ? { type: 'end', id } : { type: 'end', id, error: parseWireError(error) };
    }
    case 'ping':
    case 'pong':
      return { type: fields['type'], n: countIn(fields, 'n') };
    default:
      throw new ProtocolError('Another host sent a frame of no known type.');
  }
}

function bytesIn(fields: Readonly<Record<string, unknown>>, name: string): Uint8Array {
  const value = fields[name];
  if (!(value instanceof Uint8Array) || value.length > peerLimits.partBytesMax)
    throw wrong(String(fields['type']), name);
  return value;
}

function wrong(type: string, field: string): ProtocolError {
  return new ProtocolError(`Another host sent a frame '${type}' with a wrong field '${field}'.`);
}
