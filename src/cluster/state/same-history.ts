import { setTimeout as wait } from 'node:timers/promises';
import type { LogPosition, ReplicatedLog } from '../contract.ts';
import type { Mirror } from './mirror.ts';

/** A leader that was cut off, or stood still, tells an old end until it has noticed, ms. */
const oldEndMsMaxUsual = 15_000;
const againMs = 500;

/** How the log of a mirror is opened. */
export interface OwnLogOptions {
  readonly mirror: Pick<Mirror, 'position'>;
  readonly openLog: () => Promise<ReplicatedLog>;
  /** How long its leader may tell an old end of the log, ms. */
  readonly oldEndMsMax?: number | undefined;
}

/**
 * Opens a log, and gives it with where it ends. Throws where that is before what a mirror has: then it is not the log that the mirror was made from, as where NATS servers were set up anew or restored
 * from a backup, and what it has from there on would be put on what it never had.
 */
export async function openOwnLog(
  { mirror, openLog, oldEndMsMax = oldEndMsMaxUsual }: OwnLogOptions,
  signal: AbortSignal,
): Promise<{ readonly log: ReplicatedLog; readonly tail: LogPosition }> {
  const log = await openLog();
  const deadline = performance.now() + oldEndMsMax;
  for (;;) {
    const tail = await log.tail();
    if (tail >= mirror.position) return { log, tail };
    if (performance.now() > deadline) throw otherHistory(mirror.position, tail);
    await wait(againMs, undefined, { signal });
  }
}

function otherHistory(has: LogPosition, tail: LogPosition): Error {
  return new Error(
    `This host has the cluster's state up to ${has}, and the cluster's NATS servers only up to ${tail}: they were set up anew, or restored from a backup. ` +
      'Start this host with an empty home (--home DIR), which takes what the cluster has.',
  );
}
