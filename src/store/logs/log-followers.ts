import type { LogSoFar, LogTimes } from '../../model/invocations/invocation.ts';
import type { LogEntry } from './contract.ts';

/** Entries that one follower may be behind; more are dropped for it. */
const behindMax = 1_000;

/** What a follower is told: a whole entry, or what is left of one; or a piece of one that is not whole yet. */
export interface Followed {
  readonly entry: LogEntry;
  readonly whole: boolean;
}

/** Somebody who follows a function's log. */
export interface Follower extends Disposable {
  /** What comes, in order, until the signal fires or the follower is disposed. */
  entries(): AsyncGenerator<Followed, void>;
}

/** The part of a log from one character to another, with the times that belong to it. */
export function partOf({ text, times }: LogSoFar, from: number, to: number): Pick<LogSoFar, 'text' | 'times'> {
  const within = times.filter(([offset], index) => offset < to && (times[index + 1]?.[0] ?? to) > from);
  const shifted: LogTimes = within.map(([offset, wallMs]) => [Math.max(0, offset - from), wallMs]);
  return { text: text.slice(from, to), times: shifted };
}

/** One follower's place in the logs that it reads: what it was told of each that is not whole yet. */
class Reader {
  readonly #waiting: Followed[] = [];
  /** Characters that it was told, by request. */
  readonly #told = new Map<string, number>();
  #wake = (): void => undefined;
  #ended: boolean;

  constructor(ended: boolean) {
    this.#ended = ended;
  }

  /** The lines of a running invocation's log that are whole and that it does not know yet. */
  printed(requestId: string, log: LogSoFar, seq: number): void {
    const from = this.#told.get(requestId) ?? 0;
    const to = log.text.lastIndexOf('\n') + 1;
    if (to <= from || this.#waiting.length >= behindMax) return;
    this.#told.set(requestId, to);
    const part = partOf(log, from, to);
    const wallMs = part.times.at(-1)?.[1] ?? 0;
    const { stream } = log;
    this.#put({ entry: { seq, wallMs, requestId, ...part, ...(stream !== undefined && { stream }) }, whole: false });
  }

  /** A whole entry, of which it may know a part. */
  ended(entry: LogEntry): void {
    const from = this.#told.get(entry.requestId) ?? 0;
    this.#told.delete(entry.requestId);
    if (this.#waiting.length >= behindMax) return;
    const rest = partOf({ text: entry.text, times: entry.times ?? [] }, from, entry.text.length);
    this.#put({ entry: from === 0 ? entry : { ...entry, ...rest }, whole: true });
  }

  forget(requestId: string): void {
    this.#told.delete(requestId);
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *entries(): AsyncGenerator<Followed, void> {
    while (!this.#ended) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #put(followed: Followed): void {
    this.#waiting.push(followed);
    this.#wake();
  }
}

/** Hands what is printed to whoever follows, and knows what running invocations have printed until now. */
export class LogFollowers {
  readonly #byKey = new Map<string, Set<Reader>>();
  /** By function and request. */
  readonly #running = new Map<string, Map<string, LogSoFar>>();

  /** A running invocation has printed more. Then `ended` or `forget` follows. */
  printed(key: string, requestId: string, log: LogSoFar, nextSeq: () => number): void {
    let running = this.#running.get(key);
    if (running === undefined) this.#running.set(key, (running = new Map()));
    running.set(requestId, log);
    for (const reader of this.#byKey.get(key) ?? []) reader.printed(requestId, log, nextSeq());
  }

  ended(key: string, entry: LogEntry): void {
    this.#end(key, entry.requestId);
    for (const reader of this.#byKey.get(key) ?? []) reader.ended(entry);
  }

  forget(key: string, requestId: string): void {
    this.#end(key, requestId);
    for (const reader of this.#byKey.get(key) ?? []) reader.forget(requestId);
  }

  /** What invocations that run now have printed until now, by request. */
  running(key: string): ReadonlyMap<string, LogSoFar> {
    return this.#running.get(key) ?? new Map();
  }

  /** Begins with what invocations that run now have printed. */
  join(key: string, signal: AbortSignal, nextSeq: () => number): Follower {
    const reader = new Reader(signal.aborted);
    for (const [requestId, log] of this.#running.get(key) ?? []) reader.printed(requestId, log, nextSeq());
    const end = (): void => reader.end();
    const readers = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, readers.add(reader));
    signal.addEventListener('abort', end, { once: true });
    return {
      entries: () => reader.entries(),
      [Symbol.dispose]: () => {
        readers.delete(reader);
        if (readers.size === 0) this.#byKey.delete(key);
        signal.removeEventListener('abort', end);
        end();
      },
    };
  }

  #end(key: string, requestId: string): void {
    const running = this.#running.get(key);
    if (running?.delete(requestId) === true && running.size === 0) this.#running.delete(key);
  }
}
