import type { LogLine } from '../../../model/dashboard/logs.ts';

/** Of all lines together, what is kept of the past for one reader. */
const charactersMax = 8_388_608;

/** The newest lines of several logs: bounded in number and in characters, whatever is added. */
export class NewestLines {
  readonly #linesMax: number;
  /** As JSON, which is a text of its own: a part of a longer one would keep all of that. */
  #lines: { readonly id: string; readonly json: string }[] = [];
  #characters = 0;

  constructor(linesMax: number) {
    this.#linesMax = linesMax;
  }

  add(line: LogLine): void {
    const json = JSON.stringify(line);
    this.#lines.push({ id: line.id, json });
    this.#characters += json.length;
    if (this.#lines.length > 2 * this.#linesMax || this.#characters > 2 * charactersMax) this.#shorten();
  }

  /** In the order of their ids, each as JSON. */
  taken(): readonly string[] {
    this.#shorten();
    return this.#lines.map(({ json }) => json);
  }

  #shorten(): void {
    const sorted = this.#lines.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    let from = sorted.length;
    let characters = 0;
    while (from > 0 && sorted.length - from < this.#linesMax) {
      const { length } = sorted[from - 1]?.json ?? '';
      if (characters + length > charactersMax) break;
      characters += length;
      from -= 1;
    }
    this.#lines = sorted.slice(from);
    this.#characters = characters;
  }
}
