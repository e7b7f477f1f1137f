import { randomUUID } from 'node:crypto';
import type { DriverName, ProbeVerdict } from '../contract.ts';
import { systemClock } from '../../model/clock.ts';
import { fairClock } from '../fair-clock.ts';
import { startTree } from '../processes/process-tree.ts';
import { treeProcessorTime } from '../processes/processes.ts';

/** What a probe runs and how it is judged. */
export interface ProbeAttempt {
  readonly driver: DriverName;
  readonly mode: string;
  /** Prints `probe-works` when it runs where it should. */
  readonly command: readonly [string, ...string[]];
  readonly deadlineMs: number;
  /** What can be done if it does not work; given what the attempt printed. */
  remedy(output: string): string;
  /** What of it does not work although it works, and what can be done; given what was printed. */
  limits?(output: string): { readonly what: string; readonly remedy: string } | undefined;
}

/** What a guest of a probe prints. */
export const probeWord = 'probe-works';

/** Runs the attempt as instances are run, with its deadline, and judges it. Leaves nothing behind. Does not throw. */
export async function runProbe(attempt: ProbeAttempt, signal: AbortSignal): Promise<ProbeVerdict> {
  const { driver, mode } = attempt;
  const begin = performance.now();
  const verdict = (works: boolean, evidence: string, remedy?: string): ProbeVerdict => {
    const tookMs = performance.now() - begin;
    return { driver, works, mode, evidence, tookMs, ...(remedy === undefined ? {} : { remedy }) };
  };
  const late = new AbortController();
  const stop = AbortSignal.any([signal, late.signal]);
  try {
    const marks = { HEDDLE_INSTANCE: `probe-${randomUUID()}` };
    const tree = await startTree({ command: attempt.command, marks, channels: 0, cwd: '/' });
    const deadlines = fairClock(systemClock, () => treeProcessorTime(tree.pid));
    using _deadline = deadlines.timer(attempt.deadlineMs, () => late.abort());
    const onStop = (): void => void tree.kill();
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    const { detail } = await tree.exited;
    stop.removeEventListener('abort', onStop);
    const limits = attempt.limits?.(detail);
    if (detail.includes(probeWord))
      return verdict(
        true,
        `A guest was started and answered.${limits === undefined ? '' : ` ${limits.what}`}`,
        limits?.remedy,
      );
    const how = stop.aborted ? `did not answer within ${attempt.deadlineMs / 1_000} s` : `ended with ${detail}`;
    return verdict(false, `A guest was started and ${how}.`, attempt.remedy(detail));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return verdict(false, text, attempt.remedy(text));
  }
}
