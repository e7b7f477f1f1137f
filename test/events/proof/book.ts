import type { Happening, Kind } from './history.ts';

/** What is known of a history at any moment, without reading it again. */
export class Book {
  readonly acknowledged: Record<Kind, number> = { async: 0, queue: 0, schedule: 0 };
  /** In the life that is. */
  runs = 0;
  readonly #kindOf: Map<string, Kind> = new Map();
  readonly #fails: ReadonlySet<string>;
  readonly #open: Set<string> = new Set();
  readonly #over: Set<string> = new Set();

  /** `fails`: ids of events that fail whenever they run. They are over when they are dead-lettered; others when they have run, too. */
  constructor(fails: ReadonlySet<string>) {
    this.#fails = fails;
  }

  get total(): number {
    const { async, queue, schedule } = this.acknowledged;
    return async + queue + schedule;
  }

  /** Acknowledged, and not over as far as is known. */
  get open(): number {
    return this.#open.size;
  }

  add(happening: Happening): void {
    if (happening.what === 'killed') {
      this.runs = 0;
      return;
    }
    const { id } = happening;
    if (happening.what === 'submitted') this.#kindOf.set(id, happening.kind);
    else if (happening.what === 'acknowledged') this.#acknowledged(id);
    else if (happening.what === 'ran') {
      this.runs += 1;
      if (!this.#fails.has(id)) this.#end(id);
    } else if (happening.what === 'dead-lettered') this.#end(id);
  }

  #acknowledged(id: string): void {
    const kind = this.#kindOf.get(id);
    if (kind !== undefined) this.acknowledged[kind] += 1;
    if (!this.#over.has(id)) this.#open.add(id);
  }

  #end(id: string): void {
    this.#over.add(id);
    this.#open.delete(id);
  }
}
