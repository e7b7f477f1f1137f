import type { RuntimeAnswer } from '../../instance/guest.ts';
import type { InvocationOutcome, InvocationResult, LogTimes } from '../../model/invocations/invocation.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { InvocationLog } from './invocation-log.ts';

/** What is known of how it ended. */
export interface Ending {
  readonly result: InvocationResult;
  readonly answer?: RuntimeAnswer;
  /** What its handler (or its module's top level, if it did not get that far) is said to have taken, where not the clock says it, ms. */
  readonly ranMs?: number;
  /** For the REPORT line: `timeout`, or the error type where the runtime did not survive. */
  readonly status?: string;
  readonly limit?: NonNullable<InvocationOutcome['limit']>;
  /** Of an answer that was streamed. */
  readonly streamedBytes?: number | undefined;
}

/** The outcome of a run that has ended. Its log's last lines are made when somebody reads it. */
export class RunOutcome implements InvocationOutcome {
  readonly result: InvocationResult;
  readonly startPath: StartPath;
  readonly startMs: number;
  readonly durationMs: number;
  readonly memoryPeakMb: number;
  readonly instanceId: string;
  readonly containerId: string;
  readonly record: RunRecord;
  declare readonly initMs?: number;
  declare readonly cpuMs?: number;
  declare readonly ranMs?: number;
  declare readonly streamedBytes?: number;
  declare readonly limit?: NonNullable<InvocationOutcome['limit']>;
  declare readonly logTimes?: LogTimes;
  declare readonly logStream?: string;
  declare readonly coldReason?: NonNullable<InvocationOutcome['coldReason']>;
  readonly #memoryMb: number;
  readonly #status: string | undefined;
  #log: InvocationLog | string;

  /** `processors`: how many there are, so that what the container claims can be held against what it can have had. */
  constructor(container: ActiveContainer, record: RunRecord, ending: Ending, log: InvocationLog, processors: number) {
    const { sentAt, endedAt, startedAt = endedAt, handlerAt, coldReason, receivedAt, startPath } = record;
    const { answer } = ending;
    this.record = record;
    this.result = ending.result;
    this.startPath = startPath;
    this.startMs = startedAt - receivedAt;
    const initMs =
      answer?.initMs ??
      (container.invocations > 0 || container.initialised || handlerAt === undefined
        ? undefined
        : handlerAt - startedAt);
    this.durationMs = ending.ranMs === undefined ? endedAt - startedAt : (initMs ?? 0) + ending.ranMs;
    this.memoryPeakMb = container.memoryPeakMb;
    this.instanceId = record.instanceId;
    this.containerId = record.containerId;
    if (initMs !== undefined) this.initMs = initMs;
    const tookMs = endedAt - sentAt;
    if (answer?.cpuMs !== undefined) this.cpuMs = Math.min(answer.cpuMs, tookMs * processors);
    if (answer?.ranMs !== undefined) this.ranMs = Math.min(answer.ranMs, tookMs);
    if (this.durationMs >= 1) this.logTimes = log.times;
    if (ending.streamedBytes !== undefined) this.streamedBytes = ending.streamedBytes;
    if (log.stream !== undefined) this.logStream = log.stream;
    if (ending.limit !== undefined) this.limit = ending.limit;
    if (coldReason !== undefined && startPath === 'cold-instance') this.coldReason = coldReason;
    this.#memoryMb = record.function.memoryMb;
    this.#status = ending.status;
    this.#log = log;
  }

  get log(): string {
    if (typeof this.#log === 'string') return this.#log;
    const { initMs, durationMs, memoryPeakMb, startPath, startMs } = this;
    const times = { durationMs, initMs, startPath, startMs };
    const memory = { memoryMb: this.#memoryMb, memoryPeakMb };
    const { requestId, retries, traceOwn: traceId } = this.record;
    const more = { requestId, retries, status: this.#status, traceId };
    return (this.#log = this.#log.end({ ...times, ...memory, ...more }));
  }
}
