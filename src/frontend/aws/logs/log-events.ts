import type { LogSoFar } from '../../../model/invocations/invocation.ts';
import type { LogEntry } from '../../../store/logs/contract.ts';

/** One line of a log, as CloudWatch Logs has it. */
export interface LogEvent {
  /** When it was printed, milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly message: string;
  /** Of the invocation that printed it; empty for what the service says of the log itself. */
  readonly requestId: string;
  readonly stream: string;
  /** Of the whole service: in order of time, and in that of the log within one invocation. */
  readonly position: string;
  /** When all of what its invocation printed was kept; the same as `timestamp` while that still runs. */
  readonly ingestionTime: number;
}

/** The stream of what was printed where that is not known: by an earlier Heddle. */
const noStream = 'unknown';
const lastLine = /^(?:END|REPORT) RequestId: /;

/**
 * The lines of a function's log, in order of time: those of invocations that have ended, and of those that run. Pure. A line has the same
 * position whether its invocation still runs or not, so that whoever asks again knows what he has seen.
 */
export function logEvents(
  entries: readonly LogEntry[],
  running: ReadonlyMap<string, LogSoFar> = new Map(),
): readonly LogEvent[] {
  const streams = new Map<string, string>();
  const parts = new Map<string, number>();
  const events: LogEvent[] = [];
  const add = (entry: Omit<LogEntry, 'seq'>): void => {
    const { requestId, stream = streams.get(requestId) ?? noStream } = entry;
    // What comes after an invocation's end is an entry of its own, and so is another part of it.
    const part = parts.get(requestId) ?? 0;
    parts.set(requestId, part + 1);
    streams.set(requestId, stream);
    for (const line of linesOf(entry))
      events.push({
        timestamp: line.wallMs,
        message: line.text,
        requestId,
        stream,
        position: positionOf(line.wallMs, `${requestId}/${part}/${String(line.offset).padStart(8, '0')}`),
        ingestionTime: Math.floor(entry.wallMs),
      });
  };
  for (const entry of entries) add(entry);
  for (const [requestId, { text, times, stream }] of running) {
    // Its last line may not be whole yet.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const wallMs = times.at(-1)?.[1] ?? 0;
    if (!parts.has(requestId)) add({ requestId, text: whole, times, wallMs, ...(stream !== undefined && { stream }) });
  }
  return events.toSorted((one, other) => (one.position < other.position ? -1 : 1));
}

/** The first position of a time, or one of that time. They are compared as texts. */
export function positionOf(wallMs: number, rest = ''): string {
  return `${String(Math.max(0, wallMs)).padStart(16, '0')}/${rest}`;
}

interface Line {
  readonly text: string;
  readonly offset: number;
  readonly wallMs: number;
}

/** Each with its line feed, and when it was printed. */
function* linesOf({ text, times = [], wallMs }: Omit<LogEntry, 'seq'>): Generator<Line, void> {
  let next = 0;
  let printedMs = times[0]?.[1] ?? wallMs;
  for (let offset = 0; offset < text.length;) {
    const feed = text.indexOf('\n', offset);
    const end = feed === -1 ? text.length : feed + 1;
    for (; (times[next]?.[0] ?? end) <= offset; next++) printedMs = times[next]?.[1] ?? printedMs;
    const line = text.slice(offset, end);
    // The last lines say how it ended, and are of its end.
    yield { text: line, offset, wallMs: Math.floor(lastLine.test(line) ? wallMs : printedMs) };
    offset = end;
  }
}
