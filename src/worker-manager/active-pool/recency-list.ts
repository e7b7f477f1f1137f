/** An item's place in one {@link RecencyList}; made once for the item's life, so that moving it costs no allocation. */
export class Link<T> {
  readonly item: T;
  /** The list's own two fields. */
  older: Link<T> | undefined;
  newer: Link<T> | undefined;
  list: RecencyList<T> | undefined;

  constructor(item: T) {
    this.item = item;
  }
}

/** Items in the order in which they were added; everything but iterating takes the same time for any length. */
export class RecencyList<T> implements Iterable<T> {
  #oldest: Link<T> | undefined;
  #newest: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): T | undefined {
    return this.#oldest?.item;
  }

  get newest(): T | undefined {
    return this.#newest?.item;
  }

  /** Adds as the newest. Throws if it is in a list already. */
  add(link: Link<T>): void {
    if (link.list !== undefined) throw new Error('A link can be in one list only: remove it from its list first.');
    link.list = this;
    link.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.newer = link;
    this.#newest = link;
    this.#size += 1;
  }

  /** Removes; false if it is not in this list. */
  remove(link: Link<T>): boolean {
    if (link.list !== this) return false;
    if (link.older === undefined) this.#oldest = link.newer;
    else link.older.newer = link.newer;
    if (link.newer === undefined) this.#newest = link.older;
    else link.newer.older = link.older;
    link.older = link.newer = link.list = undefined;
    this.#size -= 1;
    return true;
  }

  /** The oldest that fits. */
  find(fits: (item: T) => boolean): T | undefined {
    for (const item of this) if (fits(item)) return item;
    return undefined;
  }

  /** Oldest first. The item just given may be removed while iterating. */
  *[Symbol.iterator](): Iterator<T> {
    for (let link = this.#oldest; link !== undefined;) {
      const next: Link<T> | undefined = link.newer;
      yield link.item;
      link = next;
    }
  }
}
