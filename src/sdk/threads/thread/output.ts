import { printLine } from '../../platform/print.ts';

/** Puts a thread's name before each of its lines, and never prints half of one in the midst of another's. */
export class LinePrinter {
  readonly #name: string;
  #rest = '';
  #restOfErrors = '';

  constructor(name: string) {
    this.#name = name;
  }

  /** `stderr`: for standard error. */
  write(text: string, stderr: boolean = false): void {
    const lines = ((stderr ? this.#restOfErrors : this.#rest) + text).split('\n');
    const rest = lines.pop() ?? '';
    if (stderr) this.#restOfErrors = rest;
    else this.#rest = rest;
    for (const line of lines) printLine(this.#name, line, stderr);
  }

  /** Nothing more comes: what is left is a line. */
  end(): void {
    if (this.#rest !== '') this.write('\n');
    if (this.#restOfErrors !== '') this.write('\n', true);
  }
}
