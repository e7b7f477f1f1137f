import type { ServiceMessage } from '../../protocol/session/session-messages.ts';
import { laneWindowBytes } from '../../protocol/threads/lane.ts';

/** A session that hears what a thread says, in order, and no faster than it takes it. */
export class Ear {
  readonly #hear: (message: ServiceMessage) => void;
  readonly #waiting: ServiceMessage[] = [];
  #window: number = laneWindowBytes;

  constructor(hear: (message: ServiceMessage) => void) {
    this.#hear = hear;
  }

  /** Whether more of the thread's lane would go out at once. */
  get open(): boolean {
    return this.#window > 0;
  }

  /** What would overtake something that waits, waits too: a thread's end comes after the whole of its result. */
  tell(message: ServiceMessage): void {
    this.#waiting.push(message);
    this.#pump();
  }

  /** So many bytes of the lane were taken. */
  credit(bytes: number): void {
    this.#window = Math.min(laneWindowBytes, this.#window + bytes);
    this.#pump();
  }

  #pump(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (next.type === 'lane' && this.#window <= 0) return;
      this.#waiting.shift();
      if (next.type === 'lane') this.#window -= next.data.length;
      this.#hear(next);
    }
  }
}
