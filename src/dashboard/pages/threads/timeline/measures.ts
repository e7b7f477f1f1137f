/** Distances of the timeline, pixels. */
export const measures = {
  /** The axis above, and how many wait, below that. */
  axis: 22,
  queue: 40,
  lane: 20,
  bar: 14,
  /** Above the first lane of an instance: its name. */
  head: 20,
  /** What a bar is at least, to be seen and hit. */
  barLeast: 1.5,
  /** Bars that are wider have their messages drawn, and those that are wider than that their names. */
  messages: 24,
  name: 48,
} as const;

/** Where the lanes of a job stand, below the axis: how far down each begins, and how high they are together. */
export function topsOf(lanes: readonly { readonly first: boolean }[]): {
  readonly tops: readonly number[];
  readonly height: number;
} {
  const tops: number[] = [];
  let y = 0;
  for (const { first } of lanes) {
    if (first) y += measures.head;
    tops.push(y);
    y += measures.lane;
  }
  return { tops, height: y };
}

/** The lane at a height, or the one nearest to it. */
export function laneAt(tops: readonly number[], y: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
