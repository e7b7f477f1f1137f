/** What happens when, in order: a binary heap. */
export class EventQueue<Event> {
  readonly #heap: { readonly at: number; readonly event: Event }[] = [];

  add(at: number, event: Event): void {
    const heap = this.#heap;
    const added = { at, event };
    let place = heap.length;
    heap.push(added);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = added;
  }

  /** The next one, if it is not later than that. */
  takeUntil(until: number): { readonly at: number; readonly event: Event } | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.at > until) return undefined;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      let smaller = left;
      if (left !== undefined && right !== undefined && right.at < left.at) {
        smaller = right;
        child += 1;
      }
      if (smaller === undefined || smaller.at >= last.at) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
