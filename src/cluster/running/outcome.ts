import { ProtocolError } from '../../model/errors.ts';
import type { InvocationOutcome, InvocationResult, LogTimes } from '../../model/invocations/invocation.ts';
import { startPaths, type StartPath } from '../../model/invocations/start-path.ts';
import { limits } from '../../model/limits.ts';
import type { HostId } from '../contract.ts';
import { amountIn, textIn } from '../fields.ts';
import { dataMessage, dataOf, tags } from './messages.ts';

/** Numbers of an outcome that it may lack. */
const numbers = ['initMs', 'cpuMs', 'ranMs', 'streamedBytes'] as const satisfies readonly (keyof InvocationOutcome)[];

/**
 * The outcome as it goes back. `sinceStartMs`: how long ago its first line of user code began. Of its log only the end goes, which is all that callers are ever shown: all of it
 * is kept where it ran.
 */
export function outcomeMessage(outcome: InvocationOutcome, sinceStartMs: number): Uint8Array {
  const { result, startPath, coldReason, durationMs, initMs, memoryPeakMb, cpuMs, ranMs, limit, logStream } = outcome;
  const { instanceId, containerId, streamedBytes } = outcome;
  const { log, logTimes } = endOfLog(outcome);
  // What is undefined is not sent.
  return dataMessage(tags.outcome, {
    durationMs,
    memoryPeakMb,
    initMs,
    cpuMs,
    ranMs,
    streamedBytes,
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
  const outcome: { -readonly [K in keyof InvocationOutcome]: InvocationOutcome[K] } = {
    result: resultIn(data),
    startPath: startPathIn(data),
    startMs: startMs(amountIn(data, 'sinceStartMs')),
    durationMs: amountIn(data, 'durationMs'),
    memoryPeakMb: amountIn(data, 'memoryPeakMb'),
    instanceId: textIn(data, 'instanceId'),
    containerId: textIn(data, 'containerId'),
    log: textIn(data, 'log'),
    host,
  };
  for (const name of numbers) {
    const value = data[name];
    if (typeof value === 'number') outcome[name] = value;
  }
  if (isColdReason(coldReason)) outcome.coldReason = coldReason;
  if (isLimit(limit)) outcome.limit = limit;
  if (isTimes(logTimes)) outcome.logTimes = logTimes;
  if (typeof logStream === 'string') outcome.logStream = logStream;
  return outcome;
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
