import { threadContext } from '../threads/inside/context.ts';

/** A value of each thread's own, although its container, and so its module, serves one thread after the other. */
export class ThreadLocal<T> {
  readonly #initial: () => T;
  readonly #values = new WeakMap<object, { readonly value: T }>();
  /** For a program that is no thread itself. */
  readonly #outside = {};

  /** `initial` makes the value of a thread that has none yet. */
  constructor(initial: () => T) {
    this.#initial = initial;
  }

  get(): T {
    const key = this.#key();
    const found = this.#values.get(key);
    if (found !== undefined) return found.value;
    const value = this.#initial();
    this.#values.set(key, { value });
    return value;
  }

  set(value: T): void {
    this.#values.set(this.#key(), { value });
  }

  #key(): object {
    return threadContext() ?? this.#outside;
  }
}
