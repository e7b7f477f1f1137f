import type { LogLine, LogNews } from '../../../model/dashboard/logs.ts';

/** Lines, and characters in them, that whoever reads may be behind: what is older is left out, and it is said how many. */
const linesMax = 2_000;
const charactersMax = 4_194_304;

/** Lines that their reader has not taken yet: it holds up nobody, and fills no memory. */
export class PendingLines {
  #waiting: LogLine[] = [];
  #characters = 0;
  #missing = 0;
  #ended = false;
  #wake = (): void => undefined;

  put(line: LogLine): void {
    if (this.#ended) return;
    this.#waiting.push(line);
    this.#characters += line.text.length;
    if (this.#waiting.length > linesMax || this.#characters > charactersMax) this.#drop();
    this.#wake();
  }

  /** Something is to be said, whether there are lines or not. */
  nudge(): void {
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** What has come since it was asked last, after each change; an empty list where only somebody nudged. */
  async *news(): AsyncGenerator<readonly LogNews[], void> {
    while (!this.#ended) {
      if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const [lines, missing] = [this.#waiting, this.#missing];
      [this.#waiting, this.#characters, this.#missing] = [[], 0, 0];
      yield missing === 0 ? lines : [{ missing }, ...lines];
    }
  }

  /** The older half goes at once: one by one would cost as much each time. */
  #drop(): void {
    const gone = this.#waiting.splice(0, Math.ceil(this.#waiting.length / 2));
    this.#missing += gone.length;
    this.#characters -= gone.reduce((sum, { text }) => sum + text.length, 0);
  }
}
