import { ProtocolError } from '../../model/errors.ts';
import type { LogSoFar, LogTimes } from '../../model/invocations/invocation.ts';
import type { LogEntry, LogFrom } from '../../store/logs/contract.ts';
import { amountIn, fieldsOf, numberIn, textIn, type Fields } from '../fields.ts';
import { decodeValue, encodeValue } from '../peers/link/value.ts';

/** What hosts ask each other of logs: conversations that bring entries, and calls. */
export const logMethods = {
  read: 'logs.read',
  follow: 'logs.follow',
  running: 'logs.running',
  remove: 'logs.remove',
} as const;

/** Of whose log, and from where on. */
export interface LogQuestion extends LogFrom {
  readonly account: string;
  readonly functionName: string;
}

/** Characters in one message of entries, about. */
const messageCharsMax = 262_144;

/** Throws ProtocolError for what is none. */
export function parseQuestion(value: unknown): LogQuestion {
  const fields = fieldsOf(value);
  return {
    account: textIn(fields, 'account'),
    functionName: textIn(fields, 'functionName'),
    sinceWallMs: numberIn(fields, 'sinceWallMs'),
    limit: amountIn(fields, 'limit'),
  };
}

/** Messages of entries, in their order; no message is much larger than it needs to be. */
export function* entryMessages(entries: readonly LogEntry[]): Generator<Uint8Array, void> {
  let batch: LogEntry[] = [];
  let chars = 0;
  for (const entry of entries) {
    batch.push(entry);
    chars += entry.text.length;
    if (chars < messageCharsMax) continue;
    yield encodeValue(batch);
    batch = [];
    chars = 0;
  }
  if (batch.length > 0) yield encodeValue(batch);
}

/** Throws ProtocolError. */
export function entriesIn(message: Uint8Array): readonly LogEntry[] {
  const value = decodeValue(message);
  if (!Array.isArray(value)) throw new ProtocolError('Another host sends as a log what is none.');
  return value.map((one: unknown) => entryIn(fieldsOf(one)));
}

/** What runs, as it goes to another host: the last of it, where it is long. */
export function runningOnWire(running: ReadonlyMap<string, LogSoFar>): object {
  let left = messageCharsMax * 16;
  const sent: object[] = [];
  for (const [requestId, { text, times, stream }] of running) {
    left -= text.length;
    if (left < 0) break;
    sent.push({ requestId, text, times, stream });
  }
  return sent;
}

/** Throws ProtocolError. */
export function runningIn(value: unknown): ReadonlyMap<string, LogSoFar> {
  if (!Array.isArray(value)) throw new ProtocolError('Another host sends as what runs what is none.');
  return new Map(
    value.map((one: unknown) => {
      const fields = fieldsOf(one);
      const { times, stream } = fields;
      const printed = { text: textIn(fields, 'text'), times: timesIn(times) ?? [] };
      return [textIn(fields, 'requestId'), { ...printed, ...(typeof stream === 'string' && { stream }) }];
    }),
  );
}

function entryIn(fields: Fields): LogEntry {
  const { times, stream } = fields;
  const read = timesIn(times);
  return {
    seq: numberIn(fields, 'seq'),
    wallMs: numberIn(fields, 'wallMs'),
    requestId: textIn(fields, 'requestId'),
    text: textIn(fields, 'text'),
    ...(read !== undefined && { times: read }),
    ...(typeof stream === 'string' && { stream }),
  };
}

function timesIn(value: unknown): LogTimes | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw noLog();
  return value.map((one: unknown): LogTimes[number] => {
    const [offset, wallMs]: readonly unknown[] = Array.isArray(one) ? one : [];
    if (typeof offset !== 'number' || typeof wallMs !== 'number') throw noLog();
    return [offset, wallMs];
  });
}

function noLog(): ProtocolError {
  return new ProtocolError('Another host sends as an entry of a log what is none.');
}
