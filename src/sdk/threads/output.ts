import { styleText } from 'node:util';

/** Puts a thread's name before each of its lines, and never prints half of one in the midst of another's. */
export class LinePrinter {
  readonly #prefix: string;
  readonly #stream: NodeJS.WriteStream;
  #rest = '';

  constructor(name: string, stream: NodeJS.WriteStream = process.stdout) {
    this.#prefix = styleText('dim', `[${name}]`, { stream });
    this.#stream = stream;
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#stream.write(`${this.#prefix} ${line}\n`);
  }

  /** Nothing more comes: what is left is a line. */
  end(): void {
    if (this.#rest !== '') this.write('\n');
  }
}
