/** What is known of the warm instances of one configuration at one moment. Times in milliseconds on one clock. */
export interface ShelfState {
  readonly now: number;
  readonly min: number;
  readonly max: number;
  /** Ready to be taken, those past their life included. */
  readonly ready: number;
  /** Of those, past their life: good in need, to be replaced. */
  readonly expired: number;
  readonly starting: number;
  /** When one was asked for (had or not), ascending. */
  readonly demands: readonly number[];
  /** Average time to make one. */
  readonly makeMs: number;
  /** How many are made at the same time. */
  readonly concurrency: number;
}

export interface RefillPlan {
  /** How many there should be. */
  readonly target: number;
  /** How many to begin to make now. */
  readonly make: number;
  /** How many to destroy now, oldest first. */
  readonly retire: number;
}

/** A peak of demand is remembered in full for so long … */
export const holdMs = 300_000; // 5 min
/** … and fades from there until it is forgotten. */
export const forgetMs = 900_000; // 15 min
/** How much more is kept than was ever needed. */
const safetyFactor = 1.25;

function weight(ageMs: number): number {
  return ageMs <= holdMs ? 1 : Math.max(0, (forgetMs - ageMs) / (forgetMs - holdMs));
}

/**
 * The stock that would have met all remembered demand: the deepest the shelf would have been emptied if each taken
 * instance had been replaced at once, at the rate at which instances can be made (the greatest depth of a leaky bucket).
 * A steady trickle needs one or two; a burst of eight at once needs eight; a rate beyond what can be made grows without limit.
 */
export function stockNeeded(state: Pick<ShelfState, 'now' | 'demands' | 'makeMs' | 'concurrency'>): number {
  const madePerMs = state.concurrency / Math.max(1, state.makeMs);
  let depth = 0;
  let deepest = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const at of state.demands) {
    depth = Math.max(0, depth - (at - before) * madePerMs) + 1;
    before = at;
    deepest = Math.max(deepest, depth * weight(state.now - at));
  }
  return deepest;
}

/**
 * How many warm instances of one configuration there should be, and what to do about it now. Replacements are made
 * before what they replace is destroyed.
 */
export function refillPlan(state: ShelfState): RefillPlan {
  // One asked for now and then is met by one.
  const wanted = Math.ceil(stockNeeded(state) * safetyFactor - (safetyFactor - 1));
  const target = Math.min(state.max, Math.max(state.min, wanted));
  const fresh = state.ready - state.expired;
  const make = Math.max(0, target - fresh - state.starting);
  // Those past their life serve on until there are enough others.
  const retire = fresh >= target ? state.ready - target : 0;
  return { target, make, retire };
}
