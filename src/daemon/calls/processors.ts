import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import type { Processors } from '../../worker-manager/contract.ts';

/** What the kernel counts, and how to read from it what share of the time since then the processors were wanting. */
interface Gauge {
  readonly path: string;
  /** Over less than this the count says little, milliseconds. */
  readonly intervalMs: number;
  /** The processors are full from this share on. */
  readonly full: number;
  /** Undefined where it is not what it should be. */
  count(text: string): Count | undefined;
}

/** Shortage, and out of how much, both from an arbitrary start and in one unit. */
interface Count {
  readonly part: number;
  readonly whole: number | undefined;
}

/** Time in which something that could run waited for a processor, averaged over the processors: milliseconds, of the kernel's microseconds (Linux: accounting/psi.rst). */
export const pressure: Gauge = {
  path: '/proc/pressure/cpu',
  intervalMs: 10,
  full: 0.4,
  count: (text) => {
    const total = /^some .*\btotal=(\d+)/.exec(text)?.[1];
    return total === undefined ? undefined : { part: Number(total) / 1_000, whole: undefined };
  },
};

/** Where the kernel does not say that: ticks in which a processor was not idle (proc_stat(5)). */
export const ticks: Gauge = {
  path: '/proc/stat',
  intervalMs: 100,
  full: 0.75,
  count: (text) => {
    const fields = /^cpu +([\d ]+)/.exec(text)?.[1]?.split(' ').map(Number).slice(0, 8);
    if (fields === undefined) return undefined;
    const whole = fields.reduce((sum, field) => sum + field, 0);
    const [, , , idle = 0, iowait = 0] = fields;
    return { part: whole - idle - iowait, whole };
  },
};

/** They are not taken for free again before they were so for this long: there are gaps in the densest work. */
const relaxMs = 250;
/** What was read longer ago says nothing of now, milliseconds. */
const intervalMsMax = 1_000;

/** This machine's processors. Where the kernel does not tell how busy they are, they never are full. */
export function openProcessors(clock: Clock): Processors {
  const read = open(pressure) ?? open(ticks);
  const count = availableParallelism();
  if (read === undefined) return { count, full: () => false };
  const { gauge, now } = read;
  let last: { readonly at: number; readonly count: Count } | undefined;
  let full = false;
  return {
    count,
    full: () => {
      const at = clock.now();
      const sinceMs = at - (last?.at ?? -Infinity);
      if (sinceMs < (full ? relaxMs : gauge.intervalMs)) return full;
      const next = now();
      full =
        last !== undefined &&
        next !== undefined &&
        sinceMs < intervalMsMax &&
        shareOf(last.count, next, sinceMs) >= gauge.full;
      last = next && { at, count: next };
      return full;
    },
  };
}

function shareOf(before: Count, after: Count, ms: number): number {
  const whole = after.whole === undefined || before.whole === undefined ? ms : after.whole - before.whole;
  return (after.part - before.part) / whole;
}

function open(gauge: Gauge): { readonly gauge: Gauge; readonly now: () => Count | undefined } | undefined {
  const now = (): Count | undefined => {
    try {
      return gauge.count(readFileSync(gauge.path, 'latin1'));
    } catch {
      // A kernel may not have the file, or have it and refuse to be read.
      return undefined;
    }
  };
  return now() === undefined ? undefined : { gauge, now };
}
