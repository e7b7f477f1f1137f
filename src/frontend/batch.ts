/** Puts items aside and treats them together: when there are so many, or when told to. */
export class Batch<Item> {
  readonly #sizeMax: number;
  readonly #treat: (item: Item) => void;
  #items: Item[] = [];

  constructor(sizeMax: number, treat: (item: Item) => void) {
    this.#sizeMax = sizeMax;
    this.#treat = treat;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#items.length >= this.#sizeMax) this.flush();
  }

  flush(): void {
    const items = this.#items;
    this.#items = [];
    for (const item of items) this.#treat(item);
  }
}
