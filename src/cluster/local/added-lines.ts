import { appendFileSync } from 'node:fs';

/** Adds lines to a file; where its disk takes none, says how many are missing when it takes some again: who prints them is not to end by that. */
export class AddedLines {
  readonly #file: string;
  #missing = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(line: string): void {
    const before = this.#missing === 0 ? '' : `(${this.#missing} lines are missing here: they could not be written.)\n`;
    try {
      appendFileSync(this.#file, `${before}${line}\n`);
      this.#missing = 0;
    } catch (error) {
      // A full or broken disk: the error is the disk's, and whoever looks at it hears of it.
      if (!(error instanceof Error && 'code' in error)) throw error;
      this.#missing += 1;
    }
  }
}
