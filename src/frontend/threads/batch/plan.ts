/** Flights beside one for each processor: while one ends here, another one is there already. More take the processors from each other. */
const flightsAhead = 1;
/** What is handed to a container at once takes about so long, milliseconds: long beside the hand-over, short beside a person's patience. */
const flightMs = 2;
/** … and is at most so many. */
const flightThreadsMax = 32;
/** What takes longer than this is nobody's to wait for. */
const longMs = 10;
/** By how much the newest observation changes what is usual, at most: what is slow on a busy machine is not a long thread. */
const step = 1.25;
/** How much the newest counts, of whether it waited. */
const newest = 0.2;
/** Of threads that wait for something, so many make it likely that the next one does. */
const waitsShare = 0.3;

/** What is known of threads of one kind from those that have ended. */
export class Usual {
  /** How long one takes that does not wait for anything; undefined where none is known. Milliseconds. */
  ms: number | undefined;
  #waits: number | undefined;

  /** Whether they usually wait for something: then any number can do so at once. */
  get waits(): boolean {
    return this.#waits !== undefined && this.#waits > waitsShare;
  }

  /** One has ended that had run for so long. */
  observe(ranMs: number, waited: boolean): void {
    const wait = waited ? 1 : 0;
    this.#waits = this.#waits === undefined ? wait : this.#waits + (wait - this.#waits) * newest;
    if (!waited) this.ms = this.ms === undefined ? ranMs : Math.min(Math.max(ranMs, this.ms / step), this.ms * step);
  }
}

/** What there is to hand over, and what has been. */
export interface BatchState {
  readonly waiting: number;
  /** Handed over and not ended, those that turned out to be long not counted. */
  readonly flights: number;
  readonly usual: Pick<Usual, 'ms' | 'waits'>;
  readonly processors: number;
}

/**
 * How many threads go to the next container together; 0: none, they wait. Each alone at first, a few at a time: until it is known what they are,
 * those that wait for an instance to boot need not all have one ordered. Long ones, and those that wait for something themselves, go at once.
 */
export function nextFlight({ waiting, flights, usual, processors }: BatchState): number {
  if (waiting === 0) return 0;
  if (usual.waits || (usual.ms ?? 0) >= longMs) return 1;
  const free = processors + flightsAhead - flights;
  if (free <= 0) return 0;
  if (usual.ms === undefined) return 1;
  // Not so many that a container is left without.
  const share = Math.ceil(waiting / free);
  return Math.max(1, Math.min(share, Math.floor(flightMs / usual.ms), flightThreadsMax));
}
