/** A line is passed on in parts of so many characters. */
const lineUnitsMax = 262_144;

/** Makes lines of text that comes in pieces. */
export class Lines {
  readonly #emit: (line: string) => void;
  #rest = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#emit(line);
    if (this.#rest.length > lineUnitsMax) this.end();
  }

  /** Text that ends with its line is one, even if it has several. */
  pushWhole(text: string): void {
    if (!text.endsWith('\n') || text.length > lineUnitsMax) return this.push(text);
    const line = this.#rest + text.slice(0, -1);
    this.#rest = '';
    if (line !== '') this.#emit(line);
  }

  /** What is there now is a line, too. */
  end(): void {
    if (this.#rest !== '') this.#emit(this.#rest);
    this.#rest = '';
  }
}
