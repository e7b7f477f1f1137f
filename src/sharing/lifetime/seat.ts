import type { Clock, Timer } from '../../model/clock.ts';
import { Wait } from '../waiting/wait.ts';
import { Allowance } from './allowance.ts';
import type { Belongings } from './belongings.ts';
import type { Caller, Home, SharedObject } from './home.ts';

/** Who asks, and how long it waits. */
export interface Asker {
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
}

/** One shared object in its account, from its first use until it is forgotten. */
export class Seat<T extends SharedObject> implements Home {
  readonly label: string;
  readonly object: T;
  readonly #belongings: Belongings;
  readonly #forgotten: () => void;
  readonly #waits: Allowance;
  #timer: Timer | undefined;

  constructor(label: string, belongings: Belongings, make: (home: Home) => T, forgotten: () => void) {
    this.label = label;
    this.#belongings = belongings;
    this.#forgotten = forgotten;
    this.#waits = new Allowance(`waits for ${label}`, belongings.limits.sharedWaitsPerObjectMax);
    this.object = make(this);
  }

  get clock(): Clock {
    return this.#belongings.clock;
  }

  get bytes(): Allowance {
    return this.#belongings.bytes;
  }

  nextNumber(): bigint {
    return this.#belongings.numbers.next();
  }

  holds(holder: string): void {
    this.#belongings.stakes.addHeld(holder, this);
  }

  letsGo(holder: string): void {
    this.#belongings.stakes.removeHeld(holder, this);
  }

  release(holder: string): void {
    this.object.release?.(holder);
    this.changed();
  }

  caller(asker: Asker): Caller {
    return { holder: asker.holder, wait: (gaveUp) => this.#wait(asker, gaveUp) };
  }

  changed(): void {
    this.#keep();
    if (this.object.empty) return this.#forgotten();
    if (!this.object.spent) return undefined;
    this.#belongings.spent.add(this);
    this.#timer = this.clock.timer(this.#belongings.limits.sharedSpentMsMax, () => this.forget());
  }

  forget(): void {
    this.#keep();
    this.#forgotten();
  }

  #keep(): void {
    this.#timer?.[Symbol.dispose]();
    this.#belongings.spent.delete(this);
  }

  #wait<Result>(asker: Asker, gaveUp: () => void): Wait<Result> {
    const { waits, stakes, clock } = this.#belongings;
    this.#waits.take(1);
    try {
      waits.take(1);
    } catch (error) {
      this.#waits.giveBack(1);
      throw error;
    }
    const { holder, signal, timeoutMs } = asker;
    const patience = { clock, signal, timeoutMs, label: this.label };
    const wait: Wait<Result> = new Wait(holder, patience, {
      over: () => {
        this.#waits.giveBack(1);
        waits.giveBack(1);
        stakes.removeWait(holder, wait);
      },
      gaveUp: () => {
        gaveUp();
        this.changed();
      },
    });
    stakes.addWait(holder, wait);
    return wait;
  }
}
