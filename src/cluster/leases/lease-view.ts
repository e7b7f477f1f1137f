import type { Clock, Timer } from '../../model/clock.ts';
import { epochOf, type SeenEntry } from './entry.ts';
import { graceMs, leaseMs } from './times.ts';

/** What a watcher may do about a lease. */
export type Takeable = { readonly expected: number } | undefined;

/** Called by a {@link LeaseView}. */
export interface ViewEvents {
  /** The entry was not seen to change for {@link leaseMs}: whether the bucket works is to be found out, and told by `proven`. */
  readonly onSilent: () => void;
  /** It has run out: who wants it may take it. */
  readonly onRunOut: () => void;
}

/**
 * What one host has seen of one lease, by its own monotonic clock. Since the entry that it saw last was written before it was seen, who takes over after {@link leaseMs} with that
 * entry's revision does so later than its holder stops believing; and where there was a renewal that was not seen, the revision is another and nothing is taken.
 *
 * That nothing was seen may also be because nobody could write. So it has only run out when the bucket has carried out a write since, and the holder has had time for one, too.
 */
export class LeaseView {
  readonly #clock: Clock;
  readonly #events: ViewEvents;
  #entry: SeenEntry | undefined;
  #seenAt = 0;
  /** When it was known that the bucket works, after the entry had not changed for long. */
  #provenAt: number | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, events: ViewEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** The last entry that was seen. */
  get entry(): SeenEntry | undefined {
    return this.#entry;
  }

  /** Who has it, as far as is known: nobody, once it has run out. */
  get holder(): { readonly host: string; readonly epoch: bigint } | undefined {
    const entry = this.#entry;
    if (entry?.host === undefined || this.#hasRunOut()) return undefined;
    return { host: entry.host, epoch: BigInt(epochOf(entry)) };
  }

  /** Takes note of an entry, which may be older than one that was seen before. Gives whether it was news. */
  note(entry: SeenEntry): boolean {
    if (this.#entry !== undefined && entry.revision <= this.#entry.revision) return false;
    this.#entry = entry;
    this.#seenAt = this.#clock.now();
    this.#provenAt = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = entry.host === undefined ? undefined : this.#clock.timer(leaseMs, this.#events.onSilent);
    return true;
  }

  /** The bucket works now. `revision`: of the entry that was silent when it was asked. */
  proven(revision: number): void {
    if (this.#entry?.revision !== revision || !this.#isSilent()) return;
    this.#provenAt = this.#clock.now();
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.timer(graceMs, this.#events.onRunOut);
  }

  /** The bucket did not answer: what was known of it counts no more. Gives whether it has to be found out anew. */
  doubt(): boolean {
    if (this.#provenAt === undefined) return false;
    this.#provenAt = undefined;
    return true;
  }

  /** Whether it may be taken now, and with what. `own` says of a holding whether it was this process's and is over. */
  takeable(own: (holding: string) => boolean): Takeable {
    const entry = this.#entry;
    if (entry === undefined) return { expected: 0 };
    const free = entry.host === undefined || this.#hasRunOut() || own(entry.holding);
    return free ? { expected: entry.revision } : undefined;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #isSilent(): boolean {
    return this.#clock.now() - this.#seenAt >= leaseMs;
  }

  #hasRunOut(): boolean {
    return this.#provenAt !== undefined && this.#clock.now() - this.#provenAt >= graceMs;
  }
}
