import type { HeldAhead } from '../budget/source-budget.ts';

/** What a source was sent and nobody has taken yet: one puts, one takes. */
export class Waiting<Item> {
  readonly #ahead: HeldAhead | undefined;
  readonly #items: { readonly item: Item; readonly bytes: number }[] = [];
  #bytes = 0;
  #error: Error | undefined;
  #changed: (() => void) | undefined;
  #taken: (() => void) | undefined;

  /** `ahead` is told of what waits. */
  constructor(ahead?: HeldAhead) {
    this.#ahead = ahead;
  }

  /** Whether no more should come: there are so many bytes, or all that wait anywhere are as many as may be. Never where nothing is here. */
  isFull(bytesMax: number): boolean {
    return this.#bytes >= bytesMax || (this.#bytes > 0 && this.#ahead?.mayTake === false);
  }

  put(item: Item, bytes: number): void {
    // Nobody takes it any more.
    if (this.#error !== undefined) return;
    this.#items.push({ item, bytes });
    this.#count(bytes);
    this.#changed?.();
  }

  /** Resolves when it is not full. */
  async room(bytesMax: number): Promise<void> {
    while (this.isFull(bytesMax) && this.#error === undefined)
      await new Promise<void>((resolve) => (this.#taken = resolve));
  }

  /** Nothing more comes; what is there is not given out any more. The first error counts. */
  fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(`It ended: ${String(error)}`);
    this.#items.length = 0;
    this.#count(-this.#bytes);
    this.#changed?.();
    this.#taken?.();
  }

  /** Up to `max`, at once if there are any, else with the first; none after `waitMs`, or when `signal` fires. Throws what it failed with. */
  async take(max: number, waitMs: number, signal: AbortSignal): Promise<readonly Item[]> {
    this.#check();
    if (this.#items.length === 0 && waitMs > 0 && !signal.aborted) await this.#change(waitMs, signal);
    if (signal.aborted) return [];
    this.#check();
    const taken = this.#items.splice(0, max);
    this.#count(-taken.reduce((sum, { bytes }) => sum + bytes, 0));
    this.#taken?.();
    return taken.map(({ item }) => item);
  }

  #count(change: number): void {
    this.#bytes += change;
    this.#ahead?.change(change);
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #change(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#changed = undefined;
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      signal.addEventListener('abort', end);
      this.#changed = end;
    });
  }
}
