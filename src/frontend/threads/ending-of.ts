import type { ThreadEnd } from '../../protocol/session/session-messages.ts';
import type { ThreadEnding } from '../../traces/threads/thread-record.ts';

/** Of a failed thread's error so many lines of its stack, and so many characters of each text, are kept. */
const [traceLinesMax, textMax] = [50, 1_000];

/** What is kept of a thread's end: not its result, but how large that is. */
export function endingOf(end: ThreadEnd): ThreadEnding {
  const { cpuMs, memoryPeakMb, logTail: log } = end;
  const numbers = { cpuMs, memoryPeakMb, log };
  if (end.ok) return { ...numbers, outcome: 'ok', resultBytes: end.result.length };
  const { type, message, trace } = end.thrown;
  const lines = trace.slice(0, traceLinesMax).map((line) => line.slice(0, textMax));
  const error = { type: type.slice(0, textMax), message: message.slice(0, textMax), trace: lines };
  return { ...numbers, outcome: end.kind, resultBytes: 0, error };
}
