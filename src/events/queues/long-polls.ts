import { mayHaveOneMore } from '../../model/fair-share.ts';

/** Requests of clients that wait for messages: each holds a connection. So many may at the same time, of which an account leaves some to others. */
export class LongPolls {
  readonly #max: number;
  readonly #of = new Map<string, number>();
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** How many an account has. */
  of(account: string): number {
    return this.#of.get(account) ?? 0;
  }

  /** One more, until it is disposed of; undefined where it may not be. */
  begin(account: string): Disposable | undefined {
    if (!mayHaveOneMore({ total: this.#count, own: this.of(account) }, this.#max)) return undefined;
    this.#change(account, 1);
    return { [Symbol.dispose]: () => this.#change(account, -1) };
  }

  #change(account: string, by: number): void {
    const now = this.of(account) + by;
    this.#count += by;
    if (now === 0) this.#of.delete(account);
    else this.#of.set(account, now);
  }
}
