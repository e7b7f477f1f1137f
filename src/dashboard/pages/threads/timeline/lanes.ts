import type { ThreadRow } from '../../../../model/dashboard/threads.ts';

/** A thread as a bar of its lane. Times are milliseconds since the job's beginning. */
export interface Bar {
  readonly id: string;
  readonly row: ThreadRow;
  readonly orderedAt: number;
  /** It has its container. */
  readonly fromAt: number;
  readonly startedAt: number | undefined;
  /** Undefined: it still runs. */
  readonly toAt: number | undefined;
}

/** A container, in which threads run one after the other. */
export interface Lane {
  readonly container: string;
  readonly instance: string;
  readonly host: string | undefined;
  /** By their beginning. */
  readonly bars: readonly Bar[];
  /** The first container of its instance. */
  readonly first: boolean;
}

/** How many threads wait for a container, from a moment on. */
export interface Waiting {
  readonly at: number;
  readonly count: number;
}

/** A job as it is drawn. */
export interface Lanes {
  /** Milliseconds since the Unix epoch: nothing is before it. */
  readonly originMs: number;
  /** The last moment that something is known of. */
  readonly endAt: number;
  /** Whether some of it goes on. */
  readonly live: boolean;
  readonly lanes: readonly Lane[];
  readonly waiting: readonly Waiting[];
  readonly waitingMost: number;
}

/** Puts threads into lanes: by instance and container, in the order in which these were used first. */
export function lanesOf(rows: ReadonlyMap<string, ThreadRow>): Lanes {
  let originMs = Infinity;
  for (const { bornAtMs } of rows.values()) originMs = Math.min(originMs, bornAtMs);
  if (rows.size === 0) originMs = 0;
  const instances = new Map<string, Map<string, Bar[]>>();
  const hosts = new Map<string, string | undefined>();
  const changes: Waiting[] = [];
  let [endAt, live] = [0, false];
  for (const [id, row] of rows) {
    const orderedAt = row.bornAtMs - originMs;
    const at = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : orderedAt + ms);
    const [fromAt, toAt] = [at(row.placedMs), at(row.endedMs)];
    live ||= toAt === undefined;
    endAt = Math.max(endAt, orderedAt, fromAt ?? 0, toAt ?? 0);
    changes.push({ at: orderedAt, count: 1 });
    const left = fromAt ?? toAt;
    if (left !== undefined) changes.push({ at: left, count: -1 });
    if (fromAt === undefined) continue;
    const { instance = '', container = '' } = row;
    const containers = instances.get(instance) ?? new Map<string, Bar[]>();
    instances.set(instance, containers);
    hosts.set(instance, row.host);
    const bars = containers.get(container) ?? [];
    containers.set(container, bars);
    bars.push({ id, row, orderedAt, fromAt, startedAt: at(row.startedMs), toAt });
  }
  const lanes = [...instances].flatMap(([instance, containers]) =>
    [...containers].map(([container, bars], n) => ({
      container,
      instance,
      host: hosts.get(instance),
      bars: bars.toSorted((a, b) => a.fromAt - b.fromAt),
      first: n === 0,
    })),
  );
  const waiting = summedUp(changes);
  const waitingMost = waiting.reduce((most, { count }) => Math.max(most, count), 0);
  return { originMs, endAt, live, lanes, waiting, waitingMost };
}

/** How many there are after each change. */
function summedUp(changes: Waiting[]): Waiting[] {
  const steps: Waiting[] = [];
  let count = 0;
  // Who comes and goes in the same moment has come before.
  for (const change of changes.toSorted((a, b) => a.at - b.at || b.count - a.count)) {
    count += change.count;
    if (steps.at(-1)?.at === change.at) steps.pop();
    steps.push({ at: change.at, count });
  }
  return steps;
}

/** The first bar of a lane that has not ended by then: where drawing begins. */
export function firstFrom(bars: readonly Bar[], at: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const toAt = bars[middle]?.toAt ?? Infinity;
    if (toAt < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bar of a lane at a moment, or the one nearest to it within a distance. */
export function barAt(bars: readonly Bar[], at: number, distance: number): Bar | undefined {
  const first = firstFrom(bars, at);
  let best: { readonly bar: Bar; readonly away: number } | undefined;
  for (const bar of bars.slice(Math.max(0, first - 1), first + 2)) {
    const away = Math.max(0, bar.fromAt - at, at - (bar.toAt ?? Infinity));
    if (away <= distance && away < (best?.away ?? Infinity)) best = { bar, away };
  }
  return best?.bar;
}
