import type { ShownStage, ShownTrace } from './shown-trace.ts';

/** A run that another host had, as the one knows it that had its request. Times in ms from the request's receipt. */
export interface Way {
  /** Where its request came in, of a cluster. */
  readonly from: string;
  /** It was sent to the host that was to run it. */
  readonly sentMs: number;
  /** What came of it was there. */
  readonly totalMs: number;
}

/**
 * A trace as the host has it that ran it, with the way there and back. How long each of both took nobody can say, as the hosts have clocks of their own: each is shown as a half of what
 * lies beyond the time that the host that ran it saw.
 */
export function withWay(trace: ShownTrace, { from, sentMs, totalMs }: Way): ShownTrace {
  const eachMs = Math.max(0, (totalMs - trace.totalMs) / 2);
  const moved = (ms: number): number => ms + eachMs;
  const before: readonly ShownStage[] = [
    { name: 'request', fromMs: 0, ms: sentMs, host: from },
    { name: 'way there', fromMs: sentMs, ms: eachMs },
  ];
  // What that host counts from the receipt on has the time in it that the first one needed.
  const there = trace.stages.flatMap((stage): ShownStage[] => {
    const cut = Math.max(0, sentMs - stage.fromMs);
    if (cut > stage.ms && cut > 0) return [];
    const own = trace.host === undefined ? {} : { host: trace.host };
    return [{ ...stage, fromMs: moved(stage.fromMs + cut), ms: stage.ms - cut, ...own }];
  });
  const after: ShownStage = { name: 'way back', fromMs: moved(trace.totalMs), ms: eachMs };
  return {
    ...trace,
    cameTo: from,
    totalMs: Math.max(totalMs, trace.totalMs),
    ...(trace.startMs !== undefined && { startMs: moved(trace.startMs) }),
    stages: [...before, ...there, after],
  };
}
