/**
 * A part of what is kept that is planned anew, because it was planned while the clock showed a wrong time: so many rows at most, after where the slice before
 * ended. `now`: milliseconds since the Unix epoch, read when the slice is asked for: no time that was written before it can be later.
 */
export interface PlanSlice<After> {
  readonly now: number;
  readonly max: number;
  readonly after: After | undefined;
}

/** What became of it. */
export interface PlannedSlice<After> {
  readonly changed: number;
  /** Where the next begins; undefined: that was the last. */
  readonly next?: After;
}
