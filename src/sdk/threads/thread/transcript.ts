/** All that somebody says, from its beginning, for each who iterates over it. */
export class Transcript implements AsyncIterable<string> {
  readonly #texts: string[] = [];
  #over = false;
  #more = Promise.withResolvers<void>();

  push(text: string): void {
    this.#texts.push(text);
    this.#wake();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    for (let at = 0; ;) {
      const text = this.#texts[at];
      if (text !== undefined) {
        at += 1;
        yield text;
      } else if (this.#over) return;
      else await this.#more.promise;
    }
  }

  #wake(): void {
    const { resolve } = this.#more;
    this.#more = Promise.withResolvers<void>();
    resolve();
  }
}
