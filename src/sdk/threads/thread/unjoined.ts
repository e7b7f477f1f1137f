import { printLine } from '../../platform/print.ts';
import { atProgramEnd, later } from '../../platform/timers.ts';
import type { RemoteError } from '../errors.ts';

/** How long after its failure somebody may come to wait for a thread, milliseconds. */
const graceMs = 5_000;
/** What is to be told at the end of the program at the latest. */
const untold = new Set<() => void>();
let armed = false;

/** A failure that nobody sees is told on standard error: of a thread that nobody waits for, now or soon. */
export function tellUnlessJoined(name: string, error: RemoteError, joined: () => boolean): void {
  const tell = (): void => {
    if (!untold.delete(tell) || joined()) return;
    printLine(name, `failed, and nobody waited for it: ${error.remoteName}: ${error.message}`, true);
  };
  untold.add(tell);
  later(graceMs, tell);
  if (armed) return;
  armed = true;
  atProgramEnd(() => {
    for (const each of untold) each();
  });
}
