import { openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Clock } from '../model/clock.ts';
import type { Processors } from '../worker-manager/contract.ts';

/** Less of the processors' time than this is idle: they are full. */
const idleShareMin = 0.25;
/** The kernel counts in hundredths of a second: over less than this its counts say little. Milliseconds. */
const intervalMs = 100;
/** What was read longer ago says nothing of now, milliseconds. */
const intervalMsMax = 1_000;

/** Time of all processors since the machine started, in the kernel's ticks. */
export interface ProcessorTime {
  readonly idle: number;
  readonly total: number;
}

/** Reads the first line of /proc/stat (proc_stat(5)): `cpu user nice system idle iowait irq softirq steal …`. Undefined if it is another. */
export function parseProcessorTime(text: string): ProcessorTime | undefined {
  const [name, ...fields] = text.slice(0, text.indexOf('\n')).split(/ +/);
  const [user = NaN, nice = NaN, system = NaN, idle = NaN, iowait = NaN, irq = NaN, softirq = NaN, steal = NaN] =
    fields.map(Number);
  const total = user + nice + system + idle + iowait + irq + softirq + steal;
  return name === 'cpu' && Number.isFinite(total) ? { idle: idle + iowait, total } : undefined;
}

/** This machine's processors. Where the kernel does not tell how busy they are, they never are full. */
export function openProcessors(clock: Clock): Processors {
  const file = openStat();
  const buffer = Buffer.alloc(256);
  let last: (ProcessorTime & { readonly at: number }) | undefined;
  let full = false;
  const read = (): ProcessorTime | undefined =>
    file === undefined ? undefined : parseProcessorTime(buffer.toString('latin1', 0, readSync(file, buffer, 0, 256, 0)));
  return {
    count: availableParallelism(),
    full: () => {
      const at = clock.now();
      if (last !== undefined && at - last.at < intervalMs) return full;
      const time = read();
      if (time === undefined) return false;
      full = last !== undefined && at - last.at < intervalMsMax && isFull(last, time);
      last = { ...time, at };
      return full;
    },
  };
}

function isFull(before: ProcessorTime, now: ProcessorTime): boolean {
  return now.idle - before.idle < (now.total - before.total) * idleShareMin;
}

function openStat(): number | undefined {
  try {
    return openSync('/proc/stat', 'r');
  } catch {
    return undefined;
  }
}
