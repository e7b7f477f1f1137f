import type { Belongings } from './belongings.ts';
import type { Caller, Home, SharedObject } from './home.ts';
import { type Asker, Seat } from './seat.ts';

/**
 * The objects of one kind in one account, by name: made at first use, forgotten when nothing is left in them.
 *
 * How long things last is this room's concern, objects and what is held of them. The account makes a shelf for each kind, and each request
 * comes to its object by `use`. A `Seat` is one object in its account, `Home` what the object sees of that; `stakes.ts` knows
 * what each holder has and waits for, and takes it back when the holder ends; `belongings.ts` is what all objects of an account have together.
 */
export class Shelf<T extends SharedObject> {
  readonly #kind: string;
  readonly #belongings: Belongings;
  readonly #seats = new Map<string, Seat<T>>();

  /** `kind` as messages begin: `Mutex`. */
  constructor(kind: string, belongings: Belongings) {
    this.#kind = kind;
    this.#belongings = belongings;
  }

  /**
   * Does something with the object of this name, at once; what waits goes on after. Throws what `act` throws, and
   * SharingError `limit` where one more object is too many.
   */
  use<Result>(name: string, asker: Asker, make: (home: Home) => T, act: (object: T, caller: Caller) => Result): Result {
    const seat = this.#seats.get(name) ?? this.#add(name, make);
    try {
      return act(seat.object, seat.caller(asker));
    } finally {
      seat.changed();
    }
  }

  /** In the order in which they were made. */
  *[Symbol.iterator](): Iterator<readonly [name: string, object: T]> {
    for (const [name, seat] of this.#seats) yield [name, seat.object];
  }

  #add(name: string, make: (home: Home) => T): Seat<T> {
    const { objects } = this.#belongings;
    objects.take(1);
    const seat = new Seat(`${this.#kind} ${JSON.stringify(name)}`, this.#belongings, make, () => {
      if (this.#seats.delete(name)) objects.giveBack(1);
    });
    this.#seats.set(name, seat);
    return seat;
  }
}
