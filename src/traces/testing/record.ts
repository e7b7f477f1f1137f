import { functionOf } from '../../../test/simulation/service.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';

/** A record of an invocation that found its container idle, and took ten milliseconds. */
export function recordFor(requestId: string, more: Partial<RunRecord> = {}): RunRecord {
  return {
    function: functionOf('f'),
    requestId,
    thread: false,
    startPath: 'reused-container',
    coldReason: undefined,
    instanceId: 'i',
    containerId: 'c',
    retries: 0,
    ended: 'ok',
    receivedAt: 100,
    cameAt: 101,
    queuedAt: undefined,
    orderedAt: undefined,
    ordered: undefined,
    sentAt: 102,
    loadedAt: undefined,
    startedAt: 103,
    handlerAt: 103,
    endedAt: 110,
    traceGiven: undefined,
    traceOwn: undefined,
    ...more,
  };
}
