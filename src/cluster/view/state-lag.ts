import type { LogPosition } from '../contract.ts';

/** How long this host has lacked something that the log of the cluster's state has: since it was first seen that it does. Pure: told what there is, and when. */
export class StateLag {
  #lacks: { readonly position: LogPosition; readonly sinceMs: number } | undefined;

  /** `has`: the last position that is applied here; `end`: the last that there is; `nowMs`: on a monotonic clock. Gives milliseconds. */
  look(has: LogPosition, end: LogPosition, nowMs: number): number {
    if (this.#lacks !== undefined && has >= this.#lacks.position) this.#lacks = undefined;
    if (has < end) this.#lacks ??= { position: end, sinceMs: nowMs };
    return this.#lacks === undefined ? 0 : nowMs - this.#lacks.sinceMs;
  }
}
