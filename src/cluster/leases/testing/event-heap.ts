/** Something that happens in a world, at its time; of those at the same time in the order in which they were asked for. */
export interface WorldEvent {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** It stays in its place, and is passed over. */
  cancelled: boolean;
}

/** What is to happen, the earliest first: a binary heap. */
export class EventHeap {
  readonly #events: WorldEvent[] = [];

  get first(): WorldEvent | undefined {
    return this.#events[0];
  }

  push(event: WorldEvent): void {
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  takeFirst(): void {
    const events = this.#events;
    this.#swap(0, events.length - 1);
    events.pop();
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < events.length && this.#isBefore(left, least)) least = left;
      if (right < events.length && this.#isBefore(right, least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#events[one], this.#events[other]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const events = this.#events;
    const [a, b] = [events[one], events[other]];
    if (a === undefined || b === undefined) return;
    events[one] = b;
    events[other] = a;
  }
}
