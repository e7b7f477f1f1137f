/** A place in a {@link Line}. */
export interface Place {
  /** Out of the line, wherever one stands in it; nothing happens the second time. */
  readonly leave: () => void;
}

interface Node<T> {
  readonly item: T;
  before: Node<T> | undefined;
  after: Node<T> | undefined;
  gone: boolean;
}

/** Who came first is first. Joining and leaving, also from the middle, take the same time for any length. */
export class Line<T> implements Iterable<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  join(item: T): Place {
    const node: Node<T> = { item, before: this.#last, after: undefined, gone: false };
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#size += 1;
    return { leave: () => this.#leave(node) };
  }

  get first(): T | undefined {
    return this.#first?.item;
  }

  /** Takes the first one out. */
  shift(): T | undefined {
    const first = this.#first;
    if (first !== undefined) this.#leave(first);
    return first?.item;
  }

  /** Takes everyone out. */
  clear(): T[] {
    const all = [...this];
    while (this.shift() !== undefined);
    return all;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let node = this.#first; node !== undefined; node = node.after) yield node.item;
  }

  #leave(node: Node<T>): void {
    if (node.gone) return;
    node.gone = true;
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    this.#size -= 1;
  }
}
