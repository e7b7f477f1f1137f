import type { Change } from '../contracts/replicated.ts';
import type { Ask, Outcome } from '../thread/messages.ts';

/** What the thread is asked beside operations. One after the other, each answered. */
export type Order =
  /** Before it has begun: brings its copy up to what others have committed. */
  | { readonly kind: 'replay'; readonly changes: readonly Change[] }
  /** The copy is up to date, and this thread's own now. */
  | { readonly kind: 'begin' }
  /** Copies the database, as it is after all commits that were said until the answer, into a file. */
  | { readonly kind: 'copy'; readonly to: string };

/** What the beginning did. */
export interface Begun {
  /** Its tables had to be brought to this program's schema: what others have has to be made anew from this copy. */
  readonly isMigrated: boolean;
  /** What it changed beside that, such as that what ran in another's life does not run any more: others have to do the same. Undefined for nothing. */
  readonly change: Change | undefined;
}

/** To the thread; `close` after the last. */
export type ToThread =
  | { readonly order: Order }
  | { readonly asks: readonly Ask[] }
  /** Ends when what was asked for is done. */
  | 'close';

/** From it. */
export type FromThread =
  | { readonly answer: Begun | undefined }
  | { readonly outcomes: readonly Outcome[]; readonly change: Change | undefined }
  | { readonly failed: string };
