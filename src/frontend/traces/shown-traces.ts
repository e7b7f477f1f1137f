import { shownTrace, type ShownTrace } from '../../model/invocations/shown-trace.ts';
import type { Clock } from '../../model/clock.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';
import type { RunRecords } from '../../traces/records/run-records.ts';
import type { TraceQuery } from './operations.ts';

/** What this host has of an account's traces. */
export type TracesHere = (account: string, query: TraceQuery) => readonly ShownTrace[];

/** Reads them from the records that are kept. */
export function tracesHere(records: RunRecords, clock: Clock): TracesHere {
  return (account, { limit, functionName, requestId }) => {
    const isWanted = (record: RunRecord): boolean =>
      (requestId === undefined || record.requestId === requestId) &&
      (functionName === undefined || (!record.thread && record.function.name === functionName));
    const epochMs = clock.wall() - clock.now();
    return records.list(account, limit, isWanted).map((record) => shownTrace(record, epochMs));
  };
}
