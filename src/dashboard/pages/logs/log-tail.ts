import { logLinesPath, type LogLine, type LogNews } from '../../../model/dashboard/logs.ts';
import { ServiceError, type Asked } from '../../state/session.ts';

/** Lines that the page holds; the oldest go. */
const linesMax = 10_000;
/** The service says something every five seconds. */
const silentMsMax = 15_000;
const [retryMsMin, retryMsMax] = [500, 8_000];

/** Which lines are wanted. */
export interface LogFilters {
  /** Of this function; empty: of all. */
  readonly functionName: string;
  readonly level: string;
  readonly text: string;
  readonly requestId: string;
  /** How long ago the first may be, ms. */
  readonly spanMs: number;
}

/** What a tail has until now. */
export interface LogState {
  readonly lines: readonly LogLine[];
  /** Lines that came faster than they were read. */
  readonly missing: number;
  /** Whether the service has said anything yet, and what is wrong. */
  readonly known: boolean;
  readonly error: string;
}

/** Before anything is known. */
export const nothingYet: LogState = { lines: [], missing: 0, known: false, error: '' };

/** Reads lines of logs as they come, for as long as it is not stopped; asks again where the connection breaks. */
export class LogTail {
  #state: LogState = nothingYet;
  readonly #ask: (asked: Asked) => Promise<Response>;
  readonly #filters: LogFilters;
  readonly #changed: (state: LogState) => void;
  readonly #stopped = new AbortController();
  #drawing = false;
  #taken: LogLine[] = [];
  #missing = 0;
  #error = '';

  /** `changed` is called at most once for each picture that the browser draws. */
  constructor(ask: (asked: Asked) => Promise<Response>, filters: LogFilters, changed: (state: LogState) => void) {
    this.#ask = ask;
    this.#filters = filters;
    this.#changed = changed;
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    let retryMs = retryMsMin;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#read(signal, () => (retryMs = retryMsMin));
      } catch (error) {
        if (signal.aborted) return;
        this.#say(error instanceof ServiceError ? error.message : 'Nobody answers: trying again…');
        if (error instanceof ServiceError && error.status < 500 && error.status !== 429) return;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      retryMs = Math.min(retryMsMax, retryMs * 2);
    }
  }

  async #read(stopped: AbortSignal, heard: () => void): Promise<void> {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), silentMsMax);
    const { signal } = silent;
    try {
      const response = await this.#ask({
        path: logLinesPath,
        query: this.#query(),
        signal: AbortSignal.any([stopped, signal]),
      });
      let rest = '';
      for await (const part of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), silentMsMax);
        heard();
        const lines = `${rest}${part}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') this.#take(JSON.parse(line));
        this.#say('');
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #query(): Readonly<Record<string, string>> {
    const { functionName, level, text, requestId, spanMs } = this.#filters;
    // After a break it goes on from where it was; what comes twice is told apart by its id.
    const since = this.#state.lines.at(-1)?.at ?? Date.now() - spanMs;
    return {
      follow: '1',
      since: String(Math.max(0, Math.floor(since))),
      limit: '2000',
      ...(functionName !== '' && { function: functionName }),
      ...(level !== '' && { level }),
      ...(text !== '' && { text }),
      ...(requestId !== '' && { requestId }),
    };
  }

  #take(news: LogNews): void {
    if ('missing' in news) this.#missing += news.missing;
    else this.#taken.push(news);
  }

  #say(error: string): void {
    this.#error = error;
    if (this.#drawing || this.#stopped.signal.aborted) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      const lines = merged(this.#state.lines, this.#taken);
      this.#taken = [];
      this.#state = { lines, missing: this.#missing, known: true, error: this.#error };
      if (!this.#stopped.signal.aborted) this.#changed(this.#state);
    });
  }
}

/** All of both, in order, each once, and the newest so many. */
function merged(known: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  if (more.length === 0) return known;
  const last = known.at(-1)?.id ?? '';
  const isBehind = more.every(({ id }, at) => id > (at === 0 ? last : (more[at - 1]?.id ?? '')));
  if (isBehind) return [...known, ...more].slice(-linesMax);
  const byId = new Map([...known, ...more].map((line) => [line.id, line]));
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(-linesMax);
}
