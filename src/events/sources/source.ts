/** One record of a source, as its function gets it. */
export interface SourceRecord {
  /** What the function names it by where it says which of a batch failed: a message's id, a record's position. */
  readonly id: string;
  /** A member of the event's records. */
  readonly wire: object;
  /** What filters look at, where that is not `wire`. */
  readonly filtered?: object;
  /** Of `wire` as JSON, about; that bounds how many are held at a time. */
  readonly bytes: number;
  /** When it was made, milliseconds since the Unix epoch, where the source knows that. */
  readonly madeAt?: number;
  /** The tracing header that came with it. */
  readonly trace?: string;
}

/** Where messages wait in no order, or in an order that the source itself sees to: what is not done comes again by itself. */
export interface QueueSource<Item extends SourceRecord = SourceRecord> {
  readonly kind: 'queue';
  /** Up to `max`, at once if there are any, else with the first that come; none after `waitMs`, or when `signal` fires. */
  receive(how: ReceiveRequest): Promise<readonly Item[]>;
  /** They never come again. */
  done(items: readonly Item[]): Promise<void>;
  /** They stay away for so long from now, instead of as long as was said when they were received; 0: they come again at once. */
  keepAway(items: readonly Item[], ms: number): Promise<void>;
  /** How long they stay away when they are received, ms. */
  readonly awayMs: number;
  /** How long one that waits alone may wait for a message at a time, ms, where that costs nothing. */
  readonly aloneMs?: number;
  close(): Promise<void>;
}

/** Records in an order, of which each comes after those before it are done. One reader at a time. */
export interface StreamSource<Item extends SourceRecord = SourceRecord> {
  readonly kind: 'stream';
  /** It holds records before they are asked for, and counts them by what it was opened with. */
  readonly readsAhead?: true;
  /** Those after what was received last, as {@link QueueSource.receive}. */
  receive(how: ReceiveRequest): Promise<readonly Item[]>;
  /** Something went wrong: what is received next are those after what was done last. */
  rewind(): void;
  /** These, and all before them, never come again. */
  done(items: readonly Item[]): Promise<void>;
  /** What a batch of it may have, bytes, where that is less than an event may. */
  readonly batchBytesMax?: number;
  close(): Promise<void>;
}

/** Streams that are shared out among the members of a group, such as the partitions of a topic: they come and go, and each is read for itself. */
export interface GroupSource {
  readonly kind: 'group';
  /**
   * Takes part until `signal` fires: calls `read` for each stream that is given to this member, with a signal that fires when it is taken away
   * again. Rejects when the connection is lost, which takes no stream away: when it is called again, it goes on with those that it is given
   * again. Resolves, when `signal` has fired, after all have been read to their ends.
   */
  takePart(read: ReadStream, joined: () => void, signal: AbortSignal): Promise<void>;
  /** Nothing is read any more. */
  close(): Promise<void>;
}

/** Reads a stream until `signal` fires. Never rejects. */
export type ReadStream = (stream: StreamSource, signal: AbortSignal) => Promise<void>;

export interface ReceiveRequest {
  readonly max: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export type Source = QueueSource | StreamSource | GroupSource;

/** How a batch went. */
export type BatchOutcome =
  /** All is done. */
  | { readonly kind: 'ok' }
  /** These records failed, and the others are done. */
  | { readonly kind: 'some'; readonly failed: ReadonlySet<string> }
  /** The function failed, is not there, or its answer said nothing that can be used. */
  | { readonly kind: 'failed'; readonly error: string }
  /** There was no capacity for it, or the service lost it: it was not the function's fault. */
  | { readonly kind: 'throttled'; readonly error: string }
  | { readonly kind: 'stopping' };
