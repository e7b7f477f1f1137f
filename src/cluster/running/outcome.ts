import { ProtocolError } from '../../model/errors.ts';
import type { InvocationOutcome, InvocationResult, LogTimes } from '../../model/invocations/invocation.ts';
import { startPaths, type StartPath } from '../../model/invocations/start-path.ts';
import { limits } from '../../model/limits.ts';
import type { HostId } from '../contract.ts';
import { amountIn, textIn } from '../fields.ts';
import { dataMessage, dataOf, tags } from './messages.ts';

/** What of an outcome is as it is, beside its result. */
type Numbers = Pick<InvocationOutcome, 'durationMs' | 'memoryPeakMb'> &
  Partial<Pick<InvocationOutcome, 'initMs' | 'cpuMs' | 'ranMs' | 'streamedBytes'>>;

/**
 * The outcome as it goes back. `sinceStartMs`: how long ago its first line of user code began. Of its log only the end goes, which is all that callers are ever shown: all of it
 * is kept where it ran.
 */
export function outcomeMessage(outcome: InvocationOutcome, sinceStartMs: number): Uint8Array {
  const { result, startPath, coldReason, durationMs, initMs, memoryPeakMb, cpuMs, ranMs, limit, logStream } = outcome;
  const { instanceId, containerId, streamedBytes } = outcome;
  const { log, logTimes } = endOfLog(outcome);
  const numbers: Numbers = { durationMs, memoryPeakMb, ...numbersOf({ initMs, cpuMs, ranMs, streamedBytes }) };
  return dataMessage(tags.outcome, {
    ...numbers,
    ok: result.ok,
    payload: result.payload,
    functionError: result.ok ? undefined : result.functionError,
    startPath,
    coldReason,
    limit,
    instanceId,
    containerId,
    log,
    logTimes,
    logStream,
    sinceStartMs,
  });
}

/** The outcome of what ran on another host. `startMs` gives, by how long ago it began, how long it took to begin. Throws ProtocolError for what is none. */
export function readOutcome(
  message: Uint8Array,
  host: HostId,
  startMs: (sinceStartMs: number) => number,
): InvocationOutcome {
  const data = dataOf(message);
  const { coldReason, limit, logTimes, logStream } = data;
  const optional = { initMs: data['initMs'], cpuMs: data['cpuMs'], ranMs: data['ranMs'] };
  return {
    result: resultIn(data),
    startPath: startPathIn(data),
    startMs: startMs(amountIn(data, 'sinceStartMs')),
    durationMs: amountIn(data, 'durationMs'),
    memoryPeakMb: amountIn(data, 'memoryPeakMb'),
    instanceId: textIn(data, 'instanceId'),
    containerId: textIn(data, 'containerId'),
    log: textIn(data, 'log'),
    host,
    ...numbersOf(optional),
    ...numbersOf({ streamedBytes: data['streamedBytes'] }),
    ...(isColdReason(coldReason) && { coldReason }),
    ...(isLimit(limit) && { limit }),
    ...(isTimes(logTimes) && { logTimes }),
    ...(typeof logStream === 'string' && { logStream }),
  };
}

/** A start path in plain data. */
export function startPathIn(data: Readonly<Record<string, unknown>>): StartPath {
  const found = startPaths.find((path) => path === data['startPath']);
  if (found === undefined) throw new ProtocolError('Another host says that an invocation started in no known way.');
  return found;
}

function endOfLog({ log, logTimes }: InvocationOutcome): { log: string; logTimes: LogTimes | undefined } {
  // A byte is never less than a character here.
  const cut = Math.max(0, log.length - limits.logTailBytes);
  if (cut === 0 || logTimes === undefined) return { log: log.slice(cut), logTimes };
  const later = logTimes.filter(([offset]) => offset > cut).map(([offset, wallMs]) => [offset - cut, wallMs] as const);
  const first = logTimes.findLast(([offset]) => offset <= cut);
  return { log: log.slice(cut), logTimes: first === undefined ? later : [[0, first[1]], ...later] };
}

function resultIn(data: Readonly<Record<string, unknown>>): InvocationResult {
  const { ok, payload, functionError } = data;
  if (!(payload instanceof Uint8Array)) throw new ProtocolError('Another host sent an outcome without a payload.');
  if (ok === true) return { ok, payload };
  return { ok: false, functionError: functionError === 'Handled' ? 'Handled' : 'Unhandled', payload };
}

function numbersOf<Name extends string>(fields: Readonly<Record<Name, unknown>>): { [N in Name]?: number } {
  const found: { [N in Name]?: number } = {};
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'number') found[name] = value;
  }
  return found;
}

function isColdReason(value: unknown): value is NonNullable<InvocationOutcome['coldReason']> {
  return value === 'none-kept' || value === 'all-taken' || value === 'no-memory' || value === 'booting';
}

function isLimit(value: unknown): value is NonNullable<InvocationOutcome['limit']> {
  return value === 'time' || value === 'memory' || value === 'processes';
}

function isTimes(value: unknown): value is LogTimes {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => Array.isArray(one) && one.length === 2 && one.every((n) => typeof n === 'number'))
  );
}
