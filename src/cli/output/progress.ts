import { formatBytes, formatMs, paint, visibleLength } from './style.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Steps quicker than this are shown without their time. */
const timeShownMs = 300;
/** How often what moves is drawn. */
const drawMs = 100;
/** Columns of a bar. */
const barWidth = 28;
/** Where nobody knows how wide the terminal is. */
const usualColumns = 80;

/** How far a step has come. */
interface Share {
  readonly done: number;
  readonly total: number;
  readonly words: string;
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly stream?: NodeJS.WriteStream;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Is there on a terminal while it lasts, leaves nothing, and says nothing elsewhere: for what has a word of its own when it is done. */
  readonly fleeting?: boolean;
}

/** Whether what is on a line can be written over: on a terminal that somebody looks at, which those of CI are not. */
export function isLive(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY && !environment['CI'] && environment['TERM'] !== 'dumb';
}

/**
 * Says on stderr what is going on, one line a step. On a terminal the running step has a spinner, or a bar where it is known how far it has come, and a tick and its
 * time when the next one begins; elsewhere a line is printed when the step begins.
 */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: boolean;
  readonly #fleeting: boolean;
  #step: { readonly line: string; readonly startedAt: number } | undefined;
  #share: Share | undefined;
  #detail: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor({ stream = process.stderr, environment = process.env, fleeting = false }: ProgressOptions = {}) {
    this.#stream = stream;
    this.#live = isLive(stream, environment);
    this.#fleeting = fleeting;
  }

  /** Ends the running step as done, and begins the next. */
  step(line: string): void {
    this.done();
    if (this.#fleeting && !this.#live) return;
    this.#step = { line, startedAt: performance.now() };
    this.#share = undefined;
    this.#detail = undefined;
    if (!this.#live) return void this.#stream.write(`${line}\n`);
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), drawMs);
    this.#timer.unref();
  }

  /** Begins a step, or says how much of the one that runs is done, from 0 to 1. What is told of another than that one is not shown. */
  report(line: string, share?: number): void {
    if (share === undefined) return this.step(line);
    if (this.#step?.line === line) this.#share = { done: share, total: 1, words: `${Math.floor(share * 100)} %` };
  }

  /** Ends the running step as done; `line` says it in other words. */
  done(line?: string): void {
    this.#end(paint('green', '✓', this.#stream), line);
  }

  /** Ends the running step as failed. */
  fail(line?: string): void {
    this.#end(paint('red', '✗', this.#stream), line);
  }

  /** What of the running step goes on now: beside it on a terminal, a line of its own elsewhere. */
  detail(words: string): void {
    if (this.#step === undefined) return;
    if (!this.#live) return void this.#stream.write(`  ${words}\n`);
    this.#detail = words;
  }

  /** How far the running step has come, in things that are counted; `words`: their name. */
  bar(done: number, total: number, words: string): void {
    this.#share = { done, total, words: `${done}/${total} ${words}` };
  }

  /** The same in bytes. */
  bytes(done: number, total: number): void {
    this.#share = { done, total, words: `${formatBytes(done)} of ${formatBytes(total)}` };
  }

  #end(mark: string, line: string | undefined): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#step = undefined;
    clearInterval(this.#timer);
    if (!this.#live) {
      if (line !== undefined && line !== step.line) this.#stream.write(`${line}\n`);
      return;
    }
    if (this.#fleeting) return this.#overwrite('');
    const tookMs = performance.now() - step.startedAt;
    const took = tookMs >= timeShownMs ? paint('dim', ` ${formatMs(tookMs)}`, this.#stream) : '';
    this.#overwrite(`${mark} ${line ?? step.line}${took}\n`);
  }

  #draw(): void {
    if (this.#step === undefined) return;
    const frame = paint('cyan', frames[this.#frame++ % frames.length] ?? '', this.#stream);
    const share = this.#share === undefined ? '' : ` ${this.#bar(this.#share)}`;
    const room = Math.max(20, (this.#stream.columns || usualColumns) - 3 - visibleLength(share));
    const line = this.#detail === undefined ? this.#step.line : `${this.#step.line}: ${this.#detail}`;
    this.#overwrite(`${frame} ${line.length > room ? `${line.slice(0, room - 1)}…` : line}${share}`);
  }

  #bar({ done, total, words }: Share): string {
    const full = total <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, done / total)) * barWidth);
    const bar = paint('cyan', '█'.repeat(full), this.#stream) + paint('dim', '░'.repeat(barWidth - full), this.#stream);
    return `${bar} ${words}`;
  }

  #overwrite(text: string): void {
    this.#stream.write(`\r\u001B[2K${text}`);
  }

  /** Leaves no half-drawn line and no timer behind. */
  [Symbol.dispose](): void {
    this.done();
  }
}
