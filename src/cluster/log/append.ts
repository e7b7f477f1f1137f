import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ClusterUnavailableError, LogConflictError, type LogPosition } from '../contract.ts';
import { apiCodeOf, apiCodes } from '../nats/api-codes.ts';
import { isConflict } from '../nats/unavailable.ts';
import { LogFullError, logLimits } from './log-limits.ts';
import type { LogStream } from './log-stream.ts';
import { inParts, partHeaders, partOf, type LogMessage } from './parts.ts';

/** Between two attempts, ms. */
const againMs = 100;

/**
 * Adds an entry behind the one at `after`: one message, or several of which each expects the one before it. Throws LogConflictError, LogFullError and
 * ClusterUnavailableError.
 */
export async function append(stream: LogStream, data: Uint8Array, after: LogPosition): Promise<LogPosition> {
  if (data.length > logLimits.entryBytesMax)
    throw new RangeError(
      `An entry of ${data.length} bytes is too large for a log; at most ${logLimits.entryBytesMax} are taken.`,
    );
  const room = stream.connection.info?.max_payload ?? logLimits.partBytesMax;
  // What is left is for headers.
  const parts = inParts(data, Math.min(logLimits.partBytesMax, room - 4_096));
  const entry = randomUUID();
  let position = after === 0n ? stream.origin : after;
  for (const [index, part] of parts.entries()) {
    const one: Part = { id: `${entry}/${index + 1}`, entry, index, parts: parts.length, data: part };
    position = index === 0 ? await addFirst(stream, one, position) : await add(stream, one, position);
  }
  return position;
}

/** A message of an entry. */
interface Part {
  /** By which its leader knows it again. */
  readonly id: string;
  readonly entry: string;
  readonly index: number;
  readonly parts: number;
  readonly data: Uint8Array;
}

/** Behind `after` may lie parts of an entry that its writer has left: those are no reason to refuse another. */
async function addFirst(stream: LogStream, part: Part, after: LogPosition): Promise<LogPosition> {
  let behind = after;
  for (;;) {
    try {
      return await add(stream, part, behind);
    } catch (error) {
      if (!(error instanceof LogConflictError)) throw error;
      const end = await endOfLeft(stream, behind);
      if (end === undefined) throw error;
      behind = end;
    }
  }
}

/** Adds one message behind another, and finds out what became of it where the answer stays away. */
async function add(stream: LogStream, part: Part, after: LogPosition): Promise<LogPosition> {
  const deadline = performance.now() + logLimits.appendMsMax;
  let cause: unknown;
  for (let doubtful = false; performance.now() < deadline; doubtful = true) {
    try {
      return await publish(stream, part, after);
    } catch (error) {
      cause = error;
      if (apiCodeOf(error) === apiCodes.full && !doubtful)
        throw new LogFullError(
          `The log ${stream.name} is full. Snapshots let it forget what is old: look why none was made, or give it more room.`,
          { cause },
        );
      if (isConflict(error)) {
        const found = doubtful ? await whose(stream, part, after) : 'other';
        if (found === 'other') throw new LogConflictError(`The log ${stream.name} has gone on behind ${after}.`);
        if (found === 'own') return after + 1n;
      }
    }
    await wait(againMs);
  }
  throw new ClusterUnavailableError(
    `Whether the log ${stream.name} has an entry behind ${after} nobody told within ${logLimits.appendMsMax} ms: ${String(cause)}`,
    { cause },
  );
}

async function publish(stream: LogStream, part: Part, after: LogPosition): Promise<LogPosition> {
  const ack = await stream.client.publish(stream.subject, part.data, {
    msgID: part.id,
    headers: partHeaders(part.entry, part.index + 1, part.parts),
    expect: { lastSequence: Number(after) },
    timeout: logLimits.attemptMsMax,
  });
  // A leader that has it but not yet from most of the others calls it a duplicate, without a place (2.10.27).
  if (BigInt(ack.seq) !== after + 1n) throw new Error(`it has no place yet (${JSON.stringify(ack)})`);
  return after + 1n;
}

/** Whose the message behind `after` is, after an attempt whose outcome is not known. */
async function whose(stream: LogStream, part: Part, after: LogPosition): Promise<'own' | 'other' | 'unknown'> {
  let message: LogMessage | undefined;
  try {
    message = await stream.at(after + 1n);
  } catch {
    // It is asked for again, until the deadline.
    return 'unknown';
  }
  if (message === undefined) return 'unknown';
  const found = partOf(message);
  return found?.entry === part.entry && found.part === part.index + 1 ? 'own' : 'other';
}

/**
 * The end of the log, where behind `after` nothing but parts of entries lies that nobody completed, and for a while nobody has: their writer may still be at it.
 * Undefined where there is an entry.
 */
async function endOfLeft(stream: LogStream, after: LogPosition): Promise<LogPosition | undefined> {
  let end = after;
  let movedAt = performance.now();
  for (;;) {
    const message = await read(stream, end + 1n);
    if (message !== undefined) {
      const found = partOf(message);
      if (found === undefined || found.part === found.parts) return undefined;
      end = message.position;
      movedAt = performance.now();
    } else if (end === after) return undefined;
    else if (performance.now() - movedAt > logLimits.partPatienceMs) return end;
    else await wait(againMs);
  }
}

async function read(stream: LogStream, position: LogPosition): Promise<LogMessage | undefined> {
  try {
    return await stream.at(position);
  } catch (cause) {
    throw new ClusterUnavailableError(`The log ${stream.name} could not be read at ${position}: ${String(cause)}`, {
      cause,
    });
  }
}
