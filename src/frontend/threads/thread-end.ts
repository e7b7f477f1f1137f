import { ApiError } from '../../api/errors.ts';
import { CancelledError, CapacityError, NeverFitsError } from '../../model/errors.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { PeerLostError } from '../../cluster/contract.ts';
import { limits } from '../../model/limits.ts';
import { hostLostType } from '../../protocol/session/end-lost.ts';
import { obeyedType } from '../../protocol/threads/obeyed.ts';
import type { TurnEnd } from '../../protocol/threads/batch.ts';
import type { ThreadEnd, ThreadEndKind, ThrownText } from '../../protocol/session/session-messages.ts';
import { StringDecoder } from 'node:string_decoder';

/** What others took before it in the same invocation: time that they ran, processor time, UTF-16 units that they printed. */
export interface TakenBefore {
  readonly ranMs: number;
  readonly cpuMs: number;
  readonly printed: number;
}

/** How a thread ended that ran. */
export function endOfOutcome(outcome: InvocationOutcome, before?: TakenBefore): ThreadEnd {
  const { ranMs, cpuMs: cpuBefore, printed } = before ?? { ranMs: 0, cpuMs: 0, printed: 0 };
  const durationMs = Math.max(0, outcome.durationMs - ranMs);
  const cpuMs = outcome.cpuMs === undefined ? durationMs : Math.max(0, outcome.cpuMs - cpuBefore);
  const { result, memoryPeakMb, log, limit } = outcome;
  const numbers = { durationMs, cpuMs, memoryPeakMb, logTail: tailOf(log, printed) };
  if (result.ok) return { ...numbers, ok: true, result: result.payload };
  const thrown = thrownOf(result.payload);
  const kind = limit === 'time' ? 'timeout' : limit === 'memory' ? 'oom' : undefined;
  return { ...numbers, ok: false, kind: kind ?? (thrown.type === obeyedType ? 'cancelled' : 'throw'), thrown };
}

/** How one of several ended that ran in one invocation, and gave `result`; `printed` is the last of what it printed. */
export function endOfTurn({ ranMs, cpuMs, memoryPeakMb }: TurnEnd, result: Uint8Array, printed: string): ThreadEnd {
  return { durationMs: ranMs, cpuMs, memoryPeakMb, logTail: lastBytes(printed), ok: true, result };
}

/** How a thread ended that did not run, or was ended; `printed` is the last of what it printed until then. */
export function endOfError(error: unknown, printed = ''): ThreadEnd {
  const message = error instanceof Error ? error.message : String(error);
  const type = isHostLost(error) ? hostLostType : error instanceof Error ? error.name : 'Error';
  const thrown = { type, message, trace: [] };
  const nothing = { durationMs: 0, cpuMs: 0, memoryPeakMb: 0 };
  return { ...nothing, logTail: lastBytes(printed), ok: false, kind: kindOf(error), thrown };
}

/** How deep causes are looked at. */
const causesMax = 4;

/** Whether another host, where it ran, is gone: what that did until then nobody knows. */
export function isHostLost(error: unknown): error is Error {
  // By its name: a service on one machine does not load what knows of hosts.
  const lost: PeerLostError['name'] = 'PeerLostError';
  for (let [cause, depth] = [error, 0]; cause instanceof Error && depth < causesMax; cause = cause.cause, depth += 1)
    if (cause.name === lost) return true;
  return false;
}

function kindOf(error: unknown): ThreadEndKind {
  if (error instanceof CapacityError || error instanceof NeverFitsError) return 'capacity';
  if (error instanceof CancelledError) return 'cancelled';
  // What the service refuses is the caller's to mend, as if its own call had thrown.
  return error instanceof ApiError ? 'throw' : 'lost';
}

/** The body of a function error is JSON of ours, but some of its text is user code's. */
function thrownOf(payload: Uint8Array): ThrownText {
  const body: unknown = JSON.parse(Buffer.from(payload).toString());
  if (typeof body !== 'object' || body === null) return { type: 'Error', message: String(body), trace: [] };
  const fields: Readonly<Record<string, unknown>> = { ...body };
  const trace = Array.isArray(fields['trace']) ? fields['trace'].map(String) : [];
  const code = typeof fields['errorCode'] === 'string' ? { code: fields['errorCode'] } : {};
  return { type: textOf(fields['errorType'], 'Error'), message: textOf(fields['errorMessage'], ''), trace, ...code };
}

/** The last bytes of what the thread itself printed. Begins with a whole character. */
function tailOf(log: string, printedBefore: number): string {
  const printed = log.slice(log.indexOf('\n') + 1 + printedBefore, log.lastIndexOf('END RequestId: '));
  return lastBytes(printed);
}

function lastBytes(text: string): string {
  if (text === '') return text;
  const bytes = Buffer.from(text);
  return new StringDecoder('utf8')
    .end(bytes.subarray(Math.max(0, bytes.length - limits.logTailBytes)))
    .replace(/^\uFFFD+/, '');
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
