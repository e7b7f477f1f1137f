import { styleText } from 'node:util';
import { type Clock, systemClock, type Timer } from '../../model/clock.ts';

/** A `map` that is over before that is not shown: what appears for a moment is only in the way. */
const shownAfterMs = 500;
const drawMs = 100;
const barWidth = 24;
/** The rate is that of the newest so long. */
const rateMs = 3_000;
const lineFeed = 10;

/** What of a process's output the bar has to do with. */
export type Out = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** All maps that run, added up. */
interface Counts {
  total: number | undefined;
  started: number;
  done: number;
  failed: number;
}

/**
 * How far the maps of a program are, on the last line of its terminal: done of all, rate, failed, running. It gives way to whatever the program prints, is drawn again below
 * it, never in the midst of a line, and leaves nothing behind.
 */
export class MapBar {
  readonly #clock: Clock;
  readonly #stderr: Out;
  readonly #streams: readonly Out[];
  readonly #maps = new Set<Counts>();
  readonly #ends: { readonly at: number; readonly done: number }[] = [];
  #restore: (() => void) | undefined;
  #timer: Timer | undefined;
  #since = 0;
  #finished: Counts = { total: 0, started: 0, done: 0, failed: 0 };
  #isShown = false;
  /** The program has begun a line and not ended it. */
  #inLine = false;

  constructor(stdout: Out, stderr: Out, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#stderr = stderr;
    this.#streams = [stdout, stderr].filter(({ isTTY }) => isTTY);
  }

  watch(total: number | undefined): { started(): void; ended(ok: boolean): void; over(): void } {
    const counts: Counts = { total, started: 0, done: 0, failed: 0 };
    this.#maps.add(counts);
    if (this.#maps.size === 1) this.#begin();
    return {
      started: () => void (counts.started += 1),
      ended(ok) {
        counts.done += 1;
        if (!ok) counts.failed += 1;
      },
      over: () => {
        this.#maps.delete(counts);
        // What has been done stays done as long as others run beside it.
        this.#finished = sum([this.#finished, { ...counts, total: counts.done }]);
        if (this.#maps.size === 0) this.#end();
      },
    };
  }

  #begin(): void {
    this.#since = this.#clock.now();
    this.#finished = { total: 0, started: 0, done: 0, failed: 0 };
    this.#ends.length = 0;
    this.#inLine = false;
    this.#restore = this.#standAside();
    this.#tick();
    process.on('exit', this.#end);
  }

  readonly #end = (): void => {
    this.#timer?.[Symbol.dispose]();
    process.off('exit', this.#end);
    this.#erase();
    this.#restore?.();
    this.#restore = undefined;
  };

  #tick(): void {
    this.#timer = this.#clock.timer(drawMs, () => {
      this.#draw();
      this.#tick();
    });
  }

  /** The program's own writes find the line free. */
  #standAside(): () => void {
    const originals = this.#streams.map((stream) => ({ stream, write: stream.write }));
    for (const { stream, write } of originals) {
      const own = write.bind(stream);
      stream.write = (
        part: string | Uint8Array,
        second?: BufferEncoding | ((error?: Error | null) => void),
        third?: (error?: Error | null) => void,
      ): boolean => {
        this.#erase();
        if (part.length > 0) this.#inLine = part.at(-1) !== '\n' && part.at(-1) !== lineFeed;
        return typeof second === 'function' ? own(part, second) : own(part, second, third);
      };
    }
    this.#write = (text) =>
      void originals.find(({ stream }) => stream === this.#stderr)?.write.call(this.#stderr, text);
    return () => {
      for (const { stream, write } of originals) stream.write = write;
    };
  }

  #write: (text: string) => void = () => undefined;

  #erase(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#write('\r\u001B[2K');
  }

  #draw(): void {
    const now = this.#clock.now();
    const all = sum([this.#finished, ...this.#maps]);
    this.#ends.push({ at: now, done: all.done });
    while ((this.#ends[0]?.at ?? now) < now - rateMs) this.#ends.shift();
    if (this.#inLine || now - this.#since < shownAfterMs) return;
    const first = this.#ends[0] ?? { at: this.#since, done: 0 };
    const perSecond = ((all.done - first.done) * 1_000) / Math.max(1, now - first.at);
    this.#write(`\r\u001B[2K${barText(all, perSecond, this.#stderr)}`);
    this.#isShown = true;
  }
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce((one, other) => ({
    total: one.total === undefined || other.total === undefined ? undefined : one.total + other.total,
    started: one.started + other.started,
    done: one.done + other.done,
    failed: one.failed + other.failed,
  }));
}

/** One line, no wider than the terminal. */
export function barText({ total, started, done, failed }: Counts, perSecond: number, stream: Out): string {
  const columns = (stream.columns || 80) - 1;
  const paint = (format: 'cyan' | 'dim' | 'red', text: string): string =>
    text === '' ? '' : styleText(format, text, { stream: process.stderr, validateStream: true });
  const count = (value: number): string => value.toLocaleString('en-US');
  const words = [
    total === undefined ? `${count(done)} done` : `${count(done)} of ${count(total)}`,
    `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
    `${count(started - done)} running`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(total !== undefined && perSecond > 0 && done < total ? [`${leftText((total - done) / perSecond)} left`] : []),
  ];
  const text = words.join('  ').slice(0, columns);
  const room = Math.min(barWidth, columns - text.length - 1);
  if (total === undefined || total === 0 || room < 8) return text;
  const full = Math.round((done / total) * room);
  const bad = Math.min(full, Math.ceil((failed / total) * room));
  return `${paint('cyan', '█'.repeat(full - bad))}${paint('red', '█'.repeat(bad))}${paint('dim', '░'.repeat(room - full))} ${text}`;
}

function leftText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
