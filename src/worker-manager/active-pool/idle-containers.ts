import { RecencyList } from './recency-list.ts';
import type { ActiveContainer } from './state.ts';

/**
 * Idle containers of all accounts, in the order in which they make room: those that no call has used yet, those of functions that give way
 * first, and the others; of each the least recently used first.
 */
export class IdleContainers {
  readonly #prepared: RecencyList<ActiveContainer> = new RecencyList();
  readonly #variable: RecencyList<ActiveContainer> = new RecencyList();
  readonly #others: RecencyList<ActiveContainer> = new RecencyList();
  #mb = 0;

  /** What they may take together, MiB. */
  get mb(): number {
    return this.#mb;
  }

  /** The one that is missed least. */
  get oldest(): ActiveContainer | undefined {
    return this.#prepared.oldest ?? this.#variable.oldest ?? this.#others.oldest;
  }

  add(container: ActiveContainer): void {
    const { code, prepared } = container;
    const own = code?.capacity?.kind === 'variable' ? this.#variable : this.#others;
    (prepared === undefined ? own : this.#prepared).add(container.inIdle);
    this.#mb += container.memoryMb;
  }

  /** Does nothing where it is not among them. */
  remove(container: ActiveContainer): void {
    if (container.inIdle.list?.remove(container.inIdle) === true) this.#mb -= container.memoryMb;
  }
}
