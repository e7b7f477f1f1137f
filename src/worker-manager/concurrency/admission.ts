/** What is known of the calls of one code, and of all that runs, when one more is to begin. */
export interface Crowd {
  readonly processors: number;
  /** Calls of this code that run, and those for which a container is on its way. */
  readonly running: number;
  /** Of these, calls that were looked at while they run, because they take long. */
  readonly looked: number;
  /** Requests for this code that wait with nothing under way, this one included. */
  readonly queued: number;
  /** Whether any call of this code has ended, so that what follows is more than a guess. */
  readonly known: boolean;
  /** Processor time that one call wants, ms. */
  readonly cpuMs: number;
  /** Part of a processor that one call wants while it runs, 0 to 1. */
  readonly share: number;
  /** Of all codes together: calls that run and compute, and what those that wait for something else want of processors. */
  readonly computing: number;
  readonly waitingShares: number;
  /** How long ago a call of this code last began, ms. */
  readonly sinceBegunMs: number;
}

/** From this share on a call computes; below it waits for something other than a processor. */
export const computingShare = 0.5;
/** Calls that want less processor time than this cost less than handing them over does: one container serves a crowd of them. */
const tinyMs = 0.5;
/** … unless it would take longer than this until all that wait were served, ms. */
const drainMs = 10;
/** After so long without one that began, one more may: those that run turned out to be long, and share the processors from now on. */
export const stallMs = 1_000;

/**
 * Whether one more call may run at once. A call that computes needs a processor to itself: more of them than there are
 * processors only slow each other down. One that waits for something else needs the share of a processor that it was seen to
 * take, so that as many may run as fill the processors (Little's law with the processor as server). Of calls that nobody knows,
 * as many as of computing ones begin; while none has ended, what is seen of those that run decides, and their number at most doubles
 * with each look.
 *
 * What an error costs is bounded both ways: the first call of a code always may, and one more a second however many run.
 */
export function mayRun(crowd: Crowd): boolean {
  const { running, processors, share, known, looked, waitingShares } = crowd;
  if (running === 0 || crowd.sinceBegunMs >= stallMs) return true;
  if (share < computingShare) return waitingShares + share <= processors && (known || running < 2 * looked);
  const { cpuMs, queued, computing } = crowd;
  if (!known || cpuMs >= tinyMs) return computing < processors;
  // What was looked at turned out not to be tiny, and does not hold up those that are.
  const tiny = running - looked;
  return tiny < Math.min(processors, Math.max(1, Math.ceil((queued * cpuMs) / drainMs)));
}
