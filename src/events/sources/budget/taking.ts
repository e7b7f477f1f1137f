import type { HeldAhead } from './source-budget.ts';

/** One batch that is being taken, and what it holds until it is disposed of. */
export class Taking implements Disposable {
  readonly #holder: Pick<HeldAhead, 'change'>;
  readonly #over = new AbortController();
  readonly #until: AbortSignal;
  readonly #onRecords: () => void;
  readonly #press = (): void => this.press();
  /** Fires when what there is is to be taken without more waiting, or nothing is to be taken any more. */
  readonly signal: AbortSignal = this.#over.signal;
  /** Whether it may wait for records: not while room is short, as some is set apart for it meanwhile. */
  readonly mayWait: boolean;
  #held: number;

  /** `reserved`: bytes that are held for it already; `onRecords` is told once when it holds records, or is over. */
  constructor(
    holder: Pick<HeldAhead, 'change'>,
    reserved: number,
    signal: AbortSignal,
    onRecords: () => void = () => undefined,
  ) {
    this.#holder = holder;
    this.#held = reserved;
    this.#onRecords = onRecords;
    this.mayWait = reserved === 0;
    this.#until = signal;
    if (signal.aborted) this.press();
    // By hand: what AbortSignal.any makes would be as many as there were batches.
    signal.addEventListener('abort', this.#press);
  }

  press(): void {
    this.#over.abort();
  }

  /** It has so many bytes of records by now. */
  gathered(bytes: number): void {
    this.#onRecords();
    if (bytes > this.#held) this.#hold(bytes);
  }

  /** It has so many, and takes no more. */
  taken(bytes: number): void {
    this.#onRecords();
    this.#hold(bytes);
  }

  [Symbol.dispose](): void {
    this.#until.removeEventListener('abort', this.#press);
    this.taken(0);
  }

  #hold(bytes: number): void {
    const change = bytes - this.#held;
    this.#held = bytes;
    this.#holder.change(change);
  }
}
