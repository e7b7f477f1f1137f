import { limits } from '../../../../model/limits.ts';
import type { LogEvent } from '../log-events.ts';

/** A line, and the ARN of the group that it is in. */
export type TailedEvent = LogEvent & { readonly group: string };

/** What one second brought, or a fair sample of it. */
export interface TailUpdate {
  readonly events: readonly TailedEvent[];
  /** More would have been wanted than these. */
  readonly sampled: boolean;
}

interface Kept {
  readonly event: TailedEvent;
  readonly order: number;
  readonly bytes: number;
}

/**
 * Keeps so many of the lines of a second as one update may have, each with the same chance where there are more (Vitter's algorithm R), and bytes of
 * them too: those that do not fit any more are left out. `random`: 0 ≤ random < 1.
 */
export class EventSample {
  readonly #random: () => number;
  #kept: Kept[] = [];
  #bytes = 0;
  #seen = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  add(event: TailedEvent): void {
    const one = { event, order: this.#seen++, bytes: Buffer.byteLength(event.message) };
    const fits = this.#bytes + one.bytes <= limits.liveTailUpdateBytesMax;
    if (this.#kept.length === 0 || (this.#kept.length < limits.liveTailUpdateEventsMax && fits)) {
      this.#kept.push(one);
      this.#bytes += one.bytes;
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    const given = this.#kept[place];
    const bytes = this.#bytes + one.bytes - (given?.bytes ?? 0);
    if (given === undefined || bytes > limits.liveTailUpdateBytesMax) return;
    this.#kept[place] = one;
    this.#bytes = bytes;
  }

  /** What there is, in the order in which it came; it begins anew. */
  take(): TailUpdate {
    const events = this.#kept.toSorted((one, other) => one.order - other.order).map(({ event }) => event);
    const sampled = this.#seen > events.length;
    this.#kept = [];
    this.#bytes = 0;
    this.#seen = 0;
    return { events, sampled };
  }
}
