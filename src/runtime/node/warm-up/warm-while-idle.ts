import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** Code that is going to come at once, into a container that was made for it, comes within a few milliseconds. */
const idleMs = 50;

/**
 * Takes `steps` off their list one after the other, each only if nothing came from the host for 50 ms, until `used`: so
 * that a container that is needed at once is not held up by what makes one that waits faster. What comes during a step
 * waits for its end.
 */
export async function warmWhileIdle(
  channel: Duplex,
  steps: (() => Promise<void>)[],
  used: () => boolean,
): Promise<void> {
  for (;;) {
    await wait(idleMs);
    const step = used() ? undefined : steps.shift();
    if (step === undefined) return;
    channel.pause();
    // A channel that is not read does not keep the process.
    const hold = setInterval(() => undefined, 1_000);
    await step();
    clearInterval(hold);
    channel.resume();
  }
}
