import type { Clock } from '../../model/clock.ts';
import type { SharingLimits } from '../sharing-limits.ts';
import { Allowance } from './allowance.ts';
import { Sequence } from './sequence.ts';
import { Stakes } from './stakes.ts';

/** Something that can be forgotten. */
interface Forgettable {
  readonly forget: () => void;
}

/** What all shared objects of one account have together. */
export class Belongings {
  readonly clock: Clock;
  readonly limits: SharingLimits;
  readonly objects: Allowance;
  readonly waits: Allowance;
  readonly bytes: Allowance;
  readonly numbers: Sequence;
  readonly stakes: Stakes = new Stakes();
  /** Objects that nobody needs once nobody is there. */
  readonly spent: Set<Forgettable> = new Set();

  /** `firstNumber`: see {@link Tenure}. */
  constructor(clock: Clock, limits: SharingLimits, firstNumber?: bigint) {
    this.clock = clock;
    this.limits = limits;
    this.objects = new Allowance('shared objects in an account', limits.sharedObjectsPerAccountMax);
    this.waits = new Allowance('waits for shared objects in an account', limits.sharedWaitsPerAccountMax);
    this.bytes = new Allowance('bytes in dictionaries and channels of an account', limits.sharedBytesPerAccountMax);
    this.numbers = new Sequence(firstNumber ?? clock);
  }

  /** Ends what the holder waits for and has; with the last one goes what is spent. */
  release(holder: string): void {
    this.stakes.leave(holder);
    if (this.stakes.size === 0) for (const object of [...this.spent]) object.forget();
  }
}
