/** What one invocation printed. */
export interface LogEntry {
  /** Order of entries of the whole service; larger is newer, also after a restart. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
  readonly requestId: string;
  readonly text: string;
}

/**
 * What functions printed, per account and function, bounded: the oldest goes. A convenience and not a ledger: what was
 * appended in the last moments before a kill -9 may be missing.
 */
export interface LogStore extends AsyncDisposable {
  /** Returns at once; never throws. */
  append(account: string, functionName: string, requestId: string, text: string): void;
  /** Entries newer than `sinceSeq` (0 for all) and not older than `sinceWallMs`, oldest first, the newest `limit`. */
  read(account: string, functionName: string, from: LogFrom): Promise<readonly LogEntry[]>;
  /** The same, and then what comes, until `signal` fires. A reader that is too slow misses entries. */
  follow(account: string, functionName: string, from: LogFrom, signal: AbortSignal): AsyncIterable<LogEntry>;
  /** Deletes what a function printed. */
  remove(account: string, functionName: string): Promise<void>;
}

/** Where to begin. */
export interface LogFrom {
  readonly sinceWallMs: number;
  readonly limit: number;
}
