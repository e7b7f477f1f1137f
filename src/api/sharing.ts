// What is asked of the things that threads share, and what is answered: plain data. Errors are thrown beside it
// (SharingError in src/model/sharing.ts).

interface Named<Kind extends string, Op extends string> {
  readonly kind: Kind;
  readonly op: Op;
  readonly name: string;
}

interface Waiting {
  /** Longest wait; without it until the holder ends. What gives up waiting gets the error `timed-out`. */
  readonly timeoutMs?: number;
}

interface Granted {
  /** As it came with the grant. */
  readonly token: bigint;
}

export type MutexRequest =
  | (Named<'mutex', 'lock'> & Waiting)
  | Named<'mutex', 'tryLock'>
  | (Named<'mutex', 'unlock'> & Granted);

/** Every request says how many permits there are in all; those of the first user count, others are an error. */
export type SemaphoreRequest = { readonly permits: number } & (
  | (Named<'semaphore', 'acquire'> & Waiting & { readonly n: number })
  | (Named<'semaphore', 'tryAcquire'> & { readonly n: number })
  | (Named<'semaphore', 'release'> & Granted)
);

/** `reset` makes a broken barrier whole; whoever waits at it then is told that it broke. */
export type BarrierRequest = { readonly parties: number } & (
  | (Named<'barrier', 'wait'> & Waiting)
  | Named<'barrier', 'reset'>
);

export type LatchRequest = { readonly count: number } & (
  | (Named<'latch', 'countDown'> & { readonly n: number })
  | (Named<'latch', 'wait'> & Waiting)
);

export type CounterRequest =
  | (Named<'counter', 'add'> & { readonly by: bigint })
  | Named<'counter', 'get'>
  | (Named<'counter', 'compareExchange'> & { readonly expected: bigint; readonly next: bigint });

/** Capacity 0: a sender waits until somebody receives. */
export type ChannelRequest = { readonly capacity: number } & (
  | (Named<'channel', 'send'> & Waiting & { readonly value: Uint8Array })
  | (Named<'channel', 'recv'> & Waiting)
  | Named<'channel', 'close'>
);

/** `watch` answers with the newest version as soon as it is another one than `seen`; 0n is the absence of a value. */
export type DictRequest = { readonly key: string } & (
  | Named<'dict', 'get'>
  | (Named<'dict', 'put'> & { readonly value: Uint8Array; readonly ifRev?: bigint; readonly ttlMs?: number })
  | (Named<'dict', 'delete'> & { readonly ifRev?: bigint })
  | (Named<'dict', 'watch'> & Waiting & { readonly seen: bigint })
);

export type LockMode = 'exclusive' | 'shared';

/** After the Web Locks API. `ended` answers when the grant is over: given back, or stolen. */
export type LocksRequest =
  | (Named<'locks', 'request'> &
      Waiting & { readonly mode: LockMode; readonly ifAvailable: boolean; readonly steal: boolean })
  | (Named<'locks', 'release'> & Granted)
  | (Named<'locks', 'ended'> & Granted)
  | { readonly kind: 'locks'; readonly op: 'query' };

export type SharedRequest =
  | MutexRequest
  | SemaphoreRequest
  | BarrierRequest
  | LatchRequest
  | CounterRequest
  | ChannelRequest
  | DictRequest
  | LocksRequest;

/** One lock, held or waited for. */
export interface LockRow {
  readonly name: string;
  readonly mode: LockMode;
  readonly holder: string;
}

/** The value of a dictionary's key; where there is none, null with the revision 0n. */
export interface DictVersion {
  readonly rev: bigint;
  readonly value: Uint8Array | null;
}

export type SharedReply =
  /** To what locks or acquires. The token is larger than that of every earlier grant in the account. */
  | { readonly type: 'granted'; readonly token: bigint }
  /** To what only tries. */
  | { readonly type: 'unavailable' }
  /** Where there is nothing to say. */
  | { readonly type: 'done' }
  /** At a barrier: 0 for the first who came, parties - 1 for the last. */
  | { readonly type: 'arrived'; readonly index: number }
  /** What a latch still waits for. */
  | { readonly type: 'remaining'; readonly count: number }
  /** A counter; after `compareExchange` what it was before. */
  | { readonly type: 'number'; readonly value: bigint }
  | { readonly type: 'item'; readonly value: Uint8Array }
  /** The channel is closed, and everything that was sent is received. */
  | { readonly type: 'closed' }
  | ({ readonly type: 'version' } & DictVersion)
  | { readonly type: 'put'; readonly rev: bigint }
  | { readonly type: 'deleted'; readonly existed: boolean }
  /** In the order of names' first use, then of arrival. Not `complete` where there are more rows than fit. */
  | {
      readonly type: 'locks';
      readonly held: readonly LockRow[];
      readonly pending: readonly LockRow[];
      readonly complete: boolean;
    };
