import { printLine } from '../platform/print.ts';

/** Puts a thread's name before each of its lines, and never prints half of one in the midst of another's. */
export class LinePrinter {
  readonly #name: string;
  #rest = '';

  constructor(name: string) {
    this.#name = name;
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) printLine(this.#name, line);
  }

  /** Nothing more comes: what is left is a line. */
  end(): void {
    if (this.#rest !== '') this.write('\n');
  }
}
