import type { StartPath } from '../src/model/start-path.ts';
import type { ThreadRow } from './threads/client.ts';
import type { BenchResult } from './main.ts';
import { referenceNodeStartMs } from './yardstick.ts';

/** A number that was measured beside the number it should reach. */
export interface Goal {
  readonly what: string;
  readonly is: number;
  /** As it was set. */
  readonly atMost: number;
  /** The same on this machine: times in proportion to what bare Node takes to start. */
  readonly atMostHere: number;
  readonly reached: boolean;
}

/** Milliseconds to reach by kind of driver: `[p50, p99]`; undefined where none is set. */
const startGoals: Readonly<
  Record<string, Partial<Record<StartPath, readonly [number | undefined, number | undefined]>>>
> = {
  host: { 'new-container': [5, 15], 'warm-instance': [5, 15], 'cold-instance': [120, undefined] },
  gvisor: {
    'reused-container': [1, undefined],
    'new-container': [5, 15],
    'warm-instance': [5, 15],
    'cold-instance': [500, undefined],
  },
  microvm: {
    'new-container': [undefined, 100],
    'warm-instance': [undefined, 100],
    'cold-instance': [200, undefined],
  },
};

/**
 * The goals that the result can be held against, in the order they are printed. A faster machine than the one where they
 * were set is held to them as they are.
 */
export function goalsOf(result: BenchResult): Goal[] {
  const goals: Goal[] = [];
  const slowness = Math.max(1, result.nodeStartMs / referenceNodeStartMs);
  const add = (what: string, is: number | undefined, atMost: number | undefined, scale = 1): void => {
    if (is === undefined || atMost === undefined) return;
    const atMostHere = atMost * scale;
    goals.push({ what, is, atMost, atMostHere, reached: is <= atMostHere });
  };
  for (const { driver, paths } of result.startPaths)
    for (const [path, summary] of Object.entries(paths)) {
      const [p50, p99] = Object.entries(startGoals[driver] ?? {}).find(([name]) => name === path)?.[1] ?? [];
      add(`${driver} ${path} p50, ms`, summary.p50, p50, slowness);
      add(`${driver} ${path} p99, ms`, summary.p99, p99, slowness);
    }
  for (const { pinning, connections, servers } of result.roundTrips) {
    const find = (name: string) => servers.find(({ server }) => server === name);
    const heddle = find('heddle (host)');
    const where = `${connections} connection${connections === 1 ? '' : 's'}, ${pinning}`;
    if (heddle === undefined) continue;
    const hop = find('node:http + hop');
    const bare = find('node:http');
    if (connections === 1 && hop !== undefined)
      add(`host round trip ÷ bare hop (${where})`, heddle.latencyUs.p50 / hop.latencyUs.p50, 1.3);
    if (connections > 1 && bare !== undefined)
      add(`node:http throughput ÷ host's (${where})`, bare.perSecond / heddle.perSecond, 1 / 0.6);
  }
  for (const { driver, rows } of result.threads.filter((one) => one.driver !== 'microvm')) {
    const value = (what: string, who: string): number | undefined =>
      rows.find((row) => row.what.startsWith(what))?.values[who];
    const ratio = (what: string, one: string, other: string): number | undefined => {
      const [above, below] = [value(what, one), value(what, other)];
      return above === undefined || below === undefined ? undefined : above / below;
    };
    add(`${driver} start and join ÷ Piscina's`, ratio('a trivial', 'heddle', 'Piscina'), 3);
    add(`${driver} burst of 32 ÷ child_process.fork's`, ratio('32 at once', 'heddle', 'child_process.fork'), 1 / 3);
    add(`Piscina's speed-up ÷ ${driver}'s`, ratio(`${tasksOf(rows)} CPU-bound`, 'Piscina', 'heddle'), 1 / 0.95);
    const perSecond = rows.find(({ what }) => what.includes('tiny tasks'))?.values['heddle'];
    if (perSecond !== undefined) add(`${driver} tiny tasks, ms each`, 1_000 / perSecond, 0.2, slowness);
  }
  return goals;
}

function tasksOf(rows: readonly ThreadRow[]): string {
  return rows.find(({ what }) => what.includes('CPU-bound'))?.what.split(' ')[0] ?? '';
}
