import { shownTrace, type ShownStage, type ShownTrace } from '../../model/invocations/shown-trace.ts';
import type { Clock } from '../../model/clock.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';
import type { RunRecords } from '../../traces/records/run-records.ts';
import type { ThreadBook } from '../../traces/threads/thread-book.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { TraceQuery } from './operations.ts';

/** What this host has of an account's traces, newest first. */
export type TracesHere = (account: string, query: TraceQuery) => readonly ShownTrace[];

/** Reads them from the records that are kept: of invocations that ran here, and of threads whose sessions are here. */
export function tracesHere(records: RunRecords, book: ThreadBook, clock: Clock): TracesHere {
  return (account, { limit, functionName, requestId }) => {
    const epochMs = clock.wall() - clock.now();
    const runs = (wanted: (record: RunRecord) => boolean): ShownTrace[] =>
      records.list(account, limit, wanted).map((record) => shownTrace(record, epochMs));
    if (requestId !== undefined) {
      const [run] = runs((record) => record.requestId === requestId);
      const thread = book.find(account, requestId);
      if (thread?.state === 'ended') return [shownThread(thread, run)];
      return run === undefined ? [] : [run];
    }
    if (functionName !== undefined) return runs((one) => !one.thread && one.function.name === functionName);
    const threads = book.newest(account, limit).filter(({ state }) => state === 'ended');
    const all = [...runs((one) => !one.thread), ...threads.map((thread) => shownThread(thread, undefined))];
    return all.toSorted((a, b) => b.at - a.at).slice(0, limit);
  };
}

/** `run`: what is known of its way to its container, where that was its own. */
function shownThread(thread: ThreadRecord, run: ShownTrace | undefined): ShownTrace {
  const { name, placedMs, startedMs, endedMs = 0, path, instance, container, host, end = 'lost' } = thread.row();
  const before = run?.stages.filter((stage) => stage.name !== 'handler' && stage.name !== 'init');
  return {
    requestId: thread.ordered.id,
    kind: 'thread',
    name,
    at: Math.round(thread.bornAtMs),
    totalMs: endedMs,
    ...(startedMs !== undefined && { startMs: startedMs }),
    ...(path !== undefined && { startPath: path }),
    ...(run?.coldReason !== undefined && { coldReason: run.coldReason }),
    ...(instance !== undefined && { instance }),
    ...(container !== undefined && { container }),
    ...(host !== undefined && { host }),
    retries: 0,
    ended: end,
    ...(thread.traceId !== undefined && { traceId: thread.traceId }),
    stages: [...(before ?? stagesUntil(placedMs, startedMs, endedMs)), ...ofCode(startedMs, endedMs)],
  };
}

function stagesUntil(placedMs: number | undefined, startedMs: number | undefined, endedMs: number): ShownStage[] {
  const queued = { name: 'queue', fromMs: 0, ms: placedMs ?? endedMs } as const;
  if (placedMs === undefined) return [queued];
  return [queued, { name: 'start', fromMs: placedMs, ms: (startedMs ?? endedMs) - placedMs }];
}

function ofCode(startedMs: number | undefined, endedMs: number): ShownStage[] {
  return startedMs === undefined ? [] : [{ name: 'handler', fromMs: startedMs, ms: Math.max(0, endedMs - startedMs) }];
}
