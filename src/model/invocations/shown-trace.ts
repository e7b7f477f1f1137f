import type { ThreadOutcome } from '../dashboard/threads.ts';
import type { ColdReason } from './invocation.ts';
import type { RunEnding, RunRecord } from './run-record.ts';
import { stagesOf, type Stage } from './stages.ts';
import type { StartPath } from './start-path.ts';
import { givenTrace } from './trace-header.ts';

/** Where the time of one invocation or thread went, as `/heddle/v1/traces` gives it. */
export interface ShownTrace {
  readonly requestId: string;
  readonly kind: 'invocation' | 'thread';
  /** Of a function; of a thread, what it was named. */
  readonly name: string;
  readonly version?: string;
  /** When the request was received, milliseconds since the Unix epoch. */
  readonly at: number;
  /** From then to its end, ms. */
  readonly totalMs: number;
  /** From then to its first line of code, ms; absent where that never ran. */
  readonly startMs?: number;
  /** Absent where it never came to a container. */
  readonly startPath?: StartPath;
  readonly coldReason?: ColdReason;
  readonly instance?: string;
  readonly container?: string;
  /** The host that ran it, of a cluster; and the one that its request came to, where that was another. */
  readonly host?: string;
  readonly cameTo?: string;
  /** How often it was begun before, and that was lost. */
  readonly retries: number;
  readonly ended: RunEnding | ThreadOutcome;
  /** Of OpenTelemetry's trace that it belongs to, 32 hexadecimal digits. */
  readonly traceId?: string;
  readonly stages: readonly ShownStage[];
}

/** One part of it; they follow each other. */
export interface ShownStage {
  readonly name: Stage['name'] | 'way there' | 'way back';
  /** Where that was, of a call that had to do with two hosts. */
  readonly host?: string;
  /** From the request's receipt, ms. */
  readonly fromMs: number;
  readonly ms: number;
  /** Of `instance`: what was waited for. */
  readonly how?: NonNullable<Stage['how']>;
}

/** A record as it is shown. `epochMs`: what is to be added to its clock for milliseconds since the Unix epoch. */
export function shownTrace(record: RunRecord, epochMs: number): ShownTrace {
  const { function: fn, requestId, thread, receivedAt, startedAt, endedAt, coldReason, startPath } = record;
  const traceId = givenTrace(record.traceOwn ?? record.traceGiven)?.traceId;
  return {
    requestId,
    kind: thread ? 'thread' : 'invocation',
    name: fn.name,
    ...(!thread && { version: fn.version }),
    at: Math.round(receivedAt + epochMs),
    totalMs: endedAt - receivedAt,
    ...(startedAt !== undefined && { startMs: startedAt - receivedAt }),
    startPath,
    ...(coldReason !== undefined && startPath === 'cold-instance' && { coldReason }),
    instance: record.instanceId,
    container: record.containerId,
    retries: record.retries,
    ended: record.ended,
    ...(traceId !== undefined && { traceId }),
    stages: stagesOf(record).map(({ name, fromAt, toAt, how }) => ({
      name,
      fromMs: fromAt - receivedAt,
      ms: toAt - fromAt,
      ...(how !== undefined && { how }),
    })),
  };
}
