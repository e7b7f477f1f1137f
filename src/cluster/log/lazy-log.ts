import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { ClusterUnavailableError, type LogEntry, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { apiCodeOf, apiCodes } from '../nats/api-codes.ts';
import type { LogOptions } from './log-stream.ts';
import { openLog } from './open-log.ts';

/** How often a log that nobody has made yet is looked for by who follows it, ms. */
const lookMs = 1_000;

/** A log that is made when something is added to it, by whichever host: until then it is empty, and costs nothing. */
export function lazyLog(options: LogOptions): ReplicatedLog {
  let opening: Promise<ReplicatedLog> | undefined;

  const open = (): Promise<ReplicatedLog> => {
    opening ??= openLog(options).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  /** The log, where it has been made. */
  const there = async (): Promise<ReplicatedLog | undefined> => {
    if (opening !== undefined) return await opening;
    try {
      const manager = await jetstreamManager(options.connection, { checkAPI: false });
      await manager.streams.info(options.name);
    } catch (cause) {
      if (apiCodeOf(cause) === apiCodes.noStream) return undefined;
      throw new ClusterUnavailableError(`Whether there is a log ${options.name} nobody told: ${String(cause)}`, {
        cause,
      });
    }
    return await open();
  };

  async function* follow(after: LogPosition, signal: AbortSignal): AsyncGenerator<LogEntry> {
    while (!signal.aborted) {
      const log = await there().catch((error: unknown) => {
        if (!(error instanceof ClusterUnavailableError)) throw error;
        return undefined;
      });
      if (log !== undefined) {
        yield* log.follow(after, signal);
        return;
      }
      await wait(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    append: async (data, after) => await (await open()).append(data, after),
    follow,
    tail: async () => (await (await there())?.tail()) ?? 0n,
    saveSnapshot: async (file, position) => await (await open()).saveSnapshot(file, position),
    loadSnapshot: async (file) => await (await there())?.loadSnapshot(file),
  };
}
