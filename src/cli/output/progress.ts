import { formatMs, paint } from './style.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Steps quicker than this are shown without their time. */
const timeShownMs = 300;

/**
 * Says on stderr what is going on, one line a step. On a terminal the running step has a spinner, and a tick and its
 * time when the next one begins; elsewhere a line is printed when the step begins, so that logs show where it hangs.
 */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: boolean;
  #step: { readonly line: string; readonly startedAt: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#live = stream.isTTY;
  }

  /** Ends the running step as done, and begins the next. */
  step(line: string): void {
    this.done();
    this.#step = { line, startedAt: performance.now() };
    if (!this.#live) return void this.#stream.write(`${line}\n`);
    this.#spin(line);
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
    const step = this.#step;
    if (step === undefined) return;
    if (!this.#live) return void this.#stream.write(`  ${words}\n`);
    clearInterval(this.#timer);
    this.#spin(`${step.line}: ${words}`);
  }

  /** How far the running step has come. On a terminal only; `done` of `total` and a word about it. */
  bar(done: number, total: number, words: string): void {
    if (!this.#live || this.#step === undefined) return;
    clearInterval(this.#timer);
    const width = 28;
    const full = Math.round((done / total) * width);
    const bar = paint('cyan', '█'.repeat(full), this.#stream) + paint('dim', '░'.repeat(width - full), this.#stream);
    this.#overwrite(`${bar} ${done}/${total} ${words}`);
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
    const tookMs = performance.now() - step.startedAt;
    const took = tookMs >= timeShownMs ? paint('dim', ` ${formatMs(tookMs)}`, this.#stream) : '';
    this.#overwrite(`${mark} ${line ?? step.line}${took}\n`);
  }

  #spin(line: string): void {
    this.#draw(line);
    this.#timer = setInterval(() => this.#draw(line), 100);
    this.#timer.unref();
  }

  #draw(line: string): void {
    const frame = frames[this.#frame++ % frames.length] ?? '';
    const room = Math.max(20, this.#stream.columns - 3);
    this.#overwrite(`${paint('cyan', frame, this.#stream)} ${line.slice(0, room)}`);
  }

  #overwrite(text: string): void {
    this.#stream.write(`\r\u001B[2K${text}`);
  }

  /** Leaves no half-drawn line and no timer behind. */
  [Symbol.dispose](): void {
    this.done();
  }
}
