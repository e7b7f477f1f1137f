import type { FunctionVersion } from '../../../model/functions/function.ts';
import { KindQueue, type BatchOptions } from './kind-queue.ts';
import type { BatchItem } from './flight.ts';

/** What is remembered of kinds of threads of which none is there. */
const idleKindsMax = 1_000;

/**
 * Threads that came in crowds, such as those of a `map`: several short ones of one kind go to a container together, because each
 * way there and back costs more than they do. Kinds do not mix: what shares a batch could share a container before.
 */
export class Batches {
  readonly #options: BatchOptions;
  readonly #kinds = new Map<string, KindQueue>();

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** Runs a thread to its end, which it tells its listener. */
  run(fn: FunctionVersion, item: BatchItem): void {
    this.#queueOf(fn).add(item);
  }

  /** Where no other thread of its kind is under way, one has nobody to go with: it goes by itself, until this is disposed. */
  alone(fn: FunctionVersion): Disposable | undefined {
    return this.#queueOf(fn).alone();
  }

  #queueOf(fn: FunctionVersion): KindQueue {
    const key = `${fn.account}/${fn.revisionId}/${fn.timeoutMs}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    this.#forgetIdle();
    const queue = new KindQueue(fn, this.#options);
    this.#kinds.set(key, queue);
    return queue;
  }

  #forgetIdle(): void {
    if (this.#kinds.size < idleKindsMax) return;
    for (const [key, queue] of this.#kinds) if (queue.idle) this.#kinds.delete(key);
  }
}
