import type { LogSoFar, LogTimes } from '../../model/invocations/invocation.ts';

/** What one invocation printed. */
export interface LogEntry {
  /** Order of entries of the whole service; larger is newer, also after a restart. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
  readonly requestId: string;
  readonly text: string;
  /** When its parts were printed, where that is known. */
  readonly times?: LogTimes;
  /** The log stream of its container, where that is known. */
  readonly stream?: string;
}

/** An entry as it comes. */
export interface NewLogEntry {
  readonly requestId: string;
  readonly text: string;
  readonly times?: LogTimes | undefined;
  readonly stream?: string | undefined;
}

/**
 * What functions printed, per account and function, bounded: the oldest goes. A convenience and not a ledger: what was
 * appended in the last moments before a kill -9 may be missing.
 */
export interface LogStore extends AsyncDisposable {
  /** A whole entry. Returns at once; never throws. */
  append(account: string, functionName: string, entry: NewLogEntry): void;
  /** A running invocation has printed something: followers are told now. Then `append` or `forget` follows. */
  printed(account: string, functionName: string, requestId: string, log: LogSoFar): void;
  /** An invocation that ended without a log of its own. */
  forget(account: string, functionName: string, requestId: string): void;
  /** Entries newer than `sinceSeq` (0 for all) and not older than `sinceWallMs`, oldest first, the newest `limit`. */
  read(account: string, functionName: string, from: LogFrom): Promise<readonly LogEntry[]>;
  /** What invocations that run now have printed until now, by request. */
  running(
    account: string,
    functionName: string,
  ): ReadonlyMap<string, LogSoFar> | Promise<ReadonlyMap<string, LogSoFar>>;
  /**
   * The same, and then what comes, until `signal` fires: of running invocations each line when it is printed, so that one of them may come in
   * several entries. A reader that is too slow misses entries.
   */
  follow(account: string, functionName: string, from: LogFrom, signal: AbortSignal): AsyncIterable<LogEntry>;
  /** Deletes what a function printed. */
  remove(account: string, functionName: string): Promise<void>;
}

/** Where to begin. */
export interface LogFrom {
  readonly sinceWallMs: number;
  readonly limit: number;
}
