import type { Change } from '../contracts/replicated.ts';
import type { Ask, Outcome } from '../thread/messages.ts';

/** What the thread is asked beside operations. One after the other, each answered. */
export type Order =
  /** Before it has begun: brings its copy up to what others have committed. */
  | { readonly kind: 'replay'; readonly changes: readonly Change[] }
  /** The copy is up to date, and this thread's own now. Answered with whether its tables had to be brought to this program's schema. */
  | { readonly kind: 'begin' }
  /** Copies the database, as it is after all commits that were said until the answer, into a file. */
  | { readonly kind: 'copy'; readonly to: string };

/** To the thread; `close` after the last. */
export type ToThread =
  | { readonly order: Order }
  | { readonly asks: readonly Ask[] }
  /** Ends when what was asked for is done. */
  | 'close';

/** From it. */
export type FromThread =
  | { readonly answer: boolean }
  | { readonly outcomes: readonly Outcome[]; readonly change: Change | undefined }
  | { readonly failed: string };
