import { headers, type MsgHdrs } from '@nats-io/nats-core';
import type { LogEntry, LogPosition } from '../contract.ts';
import { logLimits } from './log-limits.ts';

/** Names the entry that a message is a part of. */
const entryHeader = 'Heddle-Entry';
/** Which part it is, and of how many: `1/3`. */
const partHeader = 'Heddle-Part';

/** A message of a log, wherever it was read. */
export interface LogMessage {
  readonly position: LogPosition;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

/** Which part of which entry a message is; undefined for one that is none, such as the log's first. */
export function partOf(
  message: LogMessage,
): { readonly entry: string; readonly part: number; readonly parts: number } | undefined {
  const entry = message.headers?.get(entryHeader) ?? '';
  const [part = 0, parts = 0] = (message.headers?.get(partHeader) ?? '').split('/').map(Number);
  const isPart = entry !== '' && Number.isSafeInteger(parts) && part >= 1 && part <= parts;
  return isPart ? { entry, part, parts } : undefined;
}

/** What an entry's part is sent with. */
export function partHeaders(entry: string, part: number, parts: number): MsgHdrs {
  const fields = headers();
  fields.set(entryHeader, entry);
  fields.set(partHeader, `${part}/${parts}`);
  return fields;
}

/** An entry in messages, at least one. */
export function inParts(data: Uint8Array, bytesMax: number = logLimits.partBytesMax): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length || at === 0; at += bytesMax) parts.push(data.subarray(at, at + bytesMax));
  return parts;
}

/**
 * Makes entries of the messages of a log, which come in their order and without a gap. An entry's parts lie one behind the other, because each of them expects the
 * one before it: what another message follows before the last part is there was left by its writer, and is nothing.
 */
export class EntryAssembler {
  #entry = '';
  #data: Uint8Array[] = [];

  /** The entry that this message completes. */
  add(message: LogMessage): LogEntry | undefined {
    const found = partOf(message);
    if (found === undefined) return this.#forget();
    const { entry, part, parts } = found;
    if (part === 1) [this.#entry, this.#data] = [entry, []];
    else if (entry !== this.#entry || part !== this.#data.length + 1) return this.#forget();
    this.#data.push(message.data);
    if (part < parts) return undefined;
    const data = this.#data.length === 1 ? message.data : Buffer.concat(this.#data);
    this.#forget();
    return { position: message.position, data };
  }

  #forget(): undefined {
    [this.#entry, this.#data] = ['', []];
  }
}
