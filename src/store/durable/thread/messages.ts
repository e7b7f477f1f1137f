import type { Durability } from '../contracts/durable-store.ts';

/** What the store's thread is started with. */
export interface ThreadData {
  /** Of the database. */
  readonly path: string;
}

/** One operation that is asked for. */
export interface Ask {
  readonly id: number;
  readonly part: string;
  readonly operation: string;
  readonly input: unknown;
  readonly durability: Durability;
}

/** What came of it. */
export type Outcome =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** To the thread: operations, in order; `close` after the last. */
export type ToThread = readonly Ask[] | 'close';

/** From it: that it is open, or why it cannot be; outcomes, once they are as durable as was asked. */
export type FromThread = 'open' | { readonly failed: string } | readonly Outcome[];
