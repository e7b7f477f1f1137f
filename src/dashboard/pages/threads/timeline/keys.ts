import type { Bar, Lane } from './lanes.ts';

/** A thread in its lane. */
export interface Standing {
  readonly lane: number;
  readonly bar: number;
}

/** Where a thread stands; undefined where it never came to a container. */
export function standingOf(lanes: readonly Lane[], id: string | undefined): Standing | undefined {
  if (id === undefined) return undefined;
  for (const [lane, { bars }] of lanes.entries()) {
    const bar = bars.findIndex((each) => each.id === id);
    if (bar >= 0) return { lane, bar };
  }
  return undefined;
}

/** The thread that an arrow key leads to: the next or previous one of its lane, or the one at the same time of the lane above or below. Without a selection, the first there is. */
export function stepped(lanes: readonly Lane[], from: string | undefined, key: string): Bar | undefined {
  const at = standingOf(lanes, from);
  if (at === undefined) return lanes[0]?.bars[0];
  const bars = lanes[at.lane]?.bars ?? [];
  if (key === 'Home') return bars[0];
  if (key === 'End') return bars.at(-1);
  if (key === 'ArrowLeft' || key === 'ArrowRight')
    return bars[Math.min(Math.max(at.bar + (key === 'ArrowRight' ? 1 : -1), 0), bars.length - 1)];
  const lane = lanes[at.lane + (key === 'ArrowDown' ? 1 : -1)];
  if (lane === undefined) return bars[at.bar];
  const moment = bars[at.bar]?.fromAt ?? 0;
  return lane.bars.reduce<Bar | undefined>(
    (best, bar) => (Math.abs(bar.fromAt - moment) < Math.abs((best?.fromAt ?? Infinity) - moment) ? bar : best),
    undefined,
  );
}
