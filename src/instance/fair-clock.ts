import type { Clock, Timer } from '../model/clock.ts';
import type { ProcessorTime } from './contract.ts';

/** How much of its time a deadline goes on after it has passed, if there is nothing to wait for; and all of it at most, in times. */
const graceShare = 1 / 3;
const timesMax = 10;
/** How often it is looked how they fare meanwhile, milliseconds. */
const windowMs = { min: 100, max: 1_000 };

/**
 * A clock whose timers are deadlines of other processes: a busy machine is not a broken one. A timer that has passed is given a
 * third of its time more, in which only counts what its processes got of the processor time that they wanted: nobody is late for
 * standing in line. Ten times its time is the end in any case. `read` is asked only then; without it, timers are plain.
 *
 * The time more has another use: where this process itself was held up, what it was waiting for is read before it gives up.
 */
export function fairClock(clock: Clock, read: (() => Promise<ProcessorTime>) | undefined): Clock {
  if (read === undefined) return clock;
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timer: (delayMs, fire) => fairTimer(clock, read, delayMs, fire),
  };
}

function fairTimer(clock: Clock, read: () => Promise<ProcessorTime>, delayMs: number, fire: () => void): Timer {
  const startedAt = clock.now();
  const stepMs = Math.min(windowMs.max, Math.max(windowMs.min, delayMs / 12));
  let disposed = false;
  let spentMs = 0;
  const look = async (at: number, before: ProcessorTime): Promise<void> => {
    const [now, after] = [clock.now(), await readOr(before, read)];
    if (disposed) return;
    spentMs += (now - at) * shareGot(before, after);
    if (spentMs >= delayMs * graceShare || now - startedAt >= delayMs * timesMax) return fire();
    current = clock.timer(stepMs, () => void look(now, after));
  };
  const passed = async (): Promise<void> => {
    const at = clock.now();
    const before = await readOr({ hadMs: 0, waitedMs: 0 }, read);
    if (!disposed) current = clock.timer(stepMs, () => void look(at, before));
  };
  let current = clock.timer(delayMs, () => void passed());
  return {
    [Symbol.dispose]: () => {
      disposed = true;
      current[Symbol.dispose]();
    },
  };
}

/** What processes got of what they wanted, 0 to 1. Who wanted nothing got everything. */
export function shareGot(before: ProcessorTime, after: ProcessorTime): number {
  const [hadMs, waitedMs] = [after.hadMs - before.hadMs, after.waitedMs - before.waitedMs];
  return hadMs < 0 || waitedMs <= 0 ? 1 : hadMs / (hadMs + waitedMs);
}

/** Where they cannot be read they are dead or dying, and want nothing. */
async function readOr(known: ProcessorTime, read: () => Promise<ProcessorTime>): Promise<ProcessorTime> {
  try {
    return await read();
  } catch {
    return known;
  }
}
