import type { Clock } from '../../model/clock.ts';
import type { Wait } from '../waiting/wait.ts';
import type { Allowance } from './allowance.ts';

/** What a shared object is given by the account in which it lives. */
export interface Home {
  /** The object's kind and name, for messages: `Mutex "a"`. */
  readonly label: string;
  readonly clock: Clock;
  /** For what values take. */
  readonly bytes: Allowance;
  /** A number larger than all before in this account. */
  readonly nextNumber: () => bigint;
  /** From now on the end of this holder is the object's business; until `letsGo`. */
  readonly holds: (holder: string) => void;
  readonly letsGo: (holder: string) => void;
  /** Something changed outside of a request: it may be that the object is to be forgotten. */
  readonly changed: () => void;
}

/** Who asks. */
export interface Caller {
  readonly holder: string;
  /**
   * Begins to wait. `gaveUp` takes the wait out of where it stands; it is called where the wait's time is over, it was
   * aborted, or its holder ended. Throws SharingError `limit` where too many wait.
   */
  readonly wait: <T>(gaveUp: () => void) => Wait<T>;
}

/** Something that threads share. */
export interface SharedObject {
  /** Nobody holds it, waits at it or keeps anything in it: it is forgotten at once. */
  readonly empty: boolean;
  /**
   * All it keeps is how far it came (a latch that was counted down, a closed channel, a broken barrier): it is forgotten
   * when it was not used for long, or when nobody of the account is there any more.
   */
  readonly spent: boolean;
  /** Takes back what the holder has. Only called between `holds` and `letsGo`. */
  readonly release?: (holder: string) => void;
}
