/** How many items the other end of a stream wants: it says so ahead, and the stream waits when it has not. */
export class Demand {
  #wanted = 0;
  #over = false;
  #wake: (() => void) | undefined;

  /** So many more; 0 says that none will be wanted any more. */
  add(items: number): void {
    this.#wanted += items;
    this.#over ||= items === 0;
    this.#wake?.();
  }

  /** Resolves when the next item is wanted: true; or when none ever will be: false. */
  async take(): Promise<boolean> {
    while (this.#wanted === 0 && !this.#over)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#over) return false;
    this.#wanted -= 1;
    return true;
  }
}
