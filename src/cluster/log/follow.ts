import { setTimeout as wait } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  ReplayPolicy,
  type ConsumerMessages as PushConsumerMessages,
} from '@nats-io/jetstream';
import { createInbox, nanos } from '@nats-io/nats-core';
import { LogTrimmedError, type LogEntry, type LogPosition } from '../contract.ts';
import { apiCodeOf, apiCodes } from '../nats/api-codes.ts';
import { refusedPermission } from '../nats/unavailable.ts';
import { logLimits } from './log-limits.ts';
import type { LogStream } from './log-stream.ts';
import { EntryAssembler } from './parts.ts';

/** Between two attempts to read, ms: doubled from the first to the last. */
const againMs = { first: 50, last: 2_000 } as const;
/** A reader that a server does not hear of is forgotten there after this, ms. */
const inactiveMs = 30_000;

/**
 * Entries behind `after`, in their order, without a gap or a repeat: positions of messages follow each other by one, so whatever is lost on the way is seen, and
 * asked for again. Ends when `signal` fires. Throws LogTrimmedError, and what no waiting mends ({@link isForGood}).
 */
export async function* follow(stream: LogStream, after: LogPosition, signal: AbortSignal): AsyncGenerator<LogEntry> {
  const assembler = new EntryAssembler();
  let last = after;
  let delayMs: number = againMs.first;
  const tell = once(stream.report);
  while (!signal.aborted) {
    const reader = await openOrTell(stream, last, () => last, signal, tell);
    try {
      for await (const { seq, headers, data } of reader?.messages ?? []) {
        const position = BigInt(seq);
        if (position <= last) continue;
        if (position > last + 1n) {
          tell(
            new Error(`The log ${stream.name} went on at ${position}, behind ${last}: what is between is asked for.`),
          );
          break;
        }
        last = position;
        delayMs = againMs.first;
        tell.again();
        const entry = assembler.add({ position, headers, data });
        if (entry !== undefined) yield entry;
        if (signal.aborted) return;
      }
    } finally {
      await reader?.[Symbol.asyncDispose]();
    }
    await wait(delayMs, undefined, { signal }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, againMs.last);
  }
}

/** How a server keeps a reader: in memory, and without waiting for it to acknowledge. */
const readerConfig = {
  deliver_policy: DeliverPolicy.StartSequence,
  ack_policy: AckPolicy.None,
  replay_policy: ReplayPolicy.Instant,
  max_deliver: 1,
  flow_control: true,
  inactive_threshold: nanos(inactiveMs),
  mem_storage: true,
  num_replicas: 1,
} as const;

/** Messages as they come, until some may have been lost. */
interface Reader extends AsyncDisposable {
  readonly messages: PushConsumerMessages;
}

/** Undefined where nobody answers now: it is tried again. */
async function openOrTell(
  stream: LogStream,
  after: LogPosition,
  seen: () => LogPosition,
  signal: AbortSignal,
  tell: (error: unknown) => void,
): Promise<Reader | undefined> {
  try {
    return await open(stream, after, seen, signal);
  } catch (error) {
    if (isForGood(error)) throw error;
    if (!signal.aborted) tell(error);
    return undefined;
  }
}

/** Whether nothing gets better by asking again: what was is gone, the log is not there any more, or this host may not read it. */
function isForGood(error: unknown): boolean {
  return (
    error instanceof LogTrimmedError || apiCodeOf(error) === apiCodes.noStream || refusedPermission(error) !== undefined
  );
}

/** Tells what goes wrong once, and not the same a second later, until `again` says that it went well meanwhile. */
function once(report: (error: unknown) => void): ((error: unknown) => void) & { again(): void } {
  let told = '';
  const tell = (error: unknown): void => {
    const what = String(error);
    if (what !== told) report(error);
    told = what;
  };
  return Object.assign(tell, { again: () => void (told = '') });
}

/** Begins to read. Throws LogTrimmedError, and what the servers say. */
async function open(
  stream: LogStream,
  after: LogPosition,
  seen: () => LogPosition,
  signal: AbortSignal,
): Promise<Reader | undefined> {
  const { client, manager, name } = stream;
  const config = { deliver_subject: createInbox(), idle_heartbeat: nanos(logLimits.heartbeatMs) };
  const { first } = await stream.bounds();
  if (first > after + 1n) throw new LogTrimmedError(`The log ${name} begins at ${first}, behind ${after + 1n}.`);
  const start = { opt_start_seq: Number(after) + 1 };
  const { name: consumer } = await manager.consumers.add(name, { ...config, ...readerConfig, ...start });
  // Nothing is sent before somebody listens. What was not read could not be closed: nothing may fail from here on.
  const messages = await (await client.consumers.getBoundPushConsumer(config)).consume();
  const close = (): void => messages.stop();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  void endWhenLost(messages, seen);
  return {
    messages,
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', close);
      await messages.close();
      // Where nobody answers, the server forgets it.
      void manager.consumers.delete(name, consumer).catch(() => undefined);
    },
  };
}

/** Ends a reader whose server is silent, or has sent more than came: what is sent while a connection is made anew is lost. */
async function endWhenLost(messages: PushConsumerMessages, seen: () => LogPosition): Promise<void> {
  let lost = false;
  for await (const status of messages.status()) {
    if (status.type === 'heartbeats_missed' || status.type === 'consumer_deleted') return messages.stop();
    if (status.type !== 'heartbeat') continue;
    // What waits here to be read has come.
    const behind = messages.getPending() === 0 && BigInt(status.lastStreamSequence) > seen();
    if (behind && lost) return messages.stop();
    lost = behind;
  }
}
