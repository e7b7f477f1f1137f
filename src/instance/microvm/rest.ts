import { setTimeout as wait } from 'node:timers/promises';
import { processorTime } from './time-given.ts';

/** How often it is looked how much a guest does. */
const lookEveryMs = 250;
/** A guest that used no more processor time in one look's time rests, milliseconds; and so often in a row. */
const restingMsMax = 12;
const restingLooks = 3;
const restMsMax = 15_000;

/**
 * Waits until a guest has come to rest. What it put off (the kernel takes containers apart in the background, bit by bit)
 * would otherwise be done by every copy, first thing. Gives up after 15 s: then copies have it to do, no harm else.
 */
export async function rested(pid: number, signal: AbortSignal): Promise<void> {
  let quiet = 0;
  let { hadMs: before } = await processorTime(pid);
  for (let waitedMs = 0; quiet < restingLooks && waitedMs < restMsMax; waitedMs += lookEveryMs) {
    await wait(lookEveryMs, undefined, { signal });
    const { hadMs: now } = await processorTime(pid);
    quiet = now - before <= restingMsMax ? quiet + 1 : 0;
    before = now;
  }
}
