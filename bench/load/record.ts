import { summarise } from '../statistics.ts';
import type { Answers } from './plan.ts';

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** Collects what the generator sees. */
export class Record {
  readonly #dueMs: number[] = [];
  readonly #latencyMs: number[] = [];
  readonly #status: number[] = [];
  readonly #request: number[] = [];
  readonly #lateMs: number[] = [];
  #open = 0;

  /** Answers so far. */
  get count(): number {
    return this.#status.length;
  }

  /** Requests on their way. */
  get open(): number {
    return this.#open;
  }

  /** A request was sent at `sentMs` that was due at `dueMs`; call the result with its status when it is answered. */
  sent(request: number, dueMs: number, sentMs: number, now: () => number): (status: number) => void {
    this.#open += 1;
    this.#lateMs.push(sentMs - dueMs);
    return (status) => {
      this.#open -= 1;
      this.#dueMs.push(rounded(dueMs));
      this.#latencyMs.push(rounded(now() - dueMs));
      this.#status.push(status);
      this.#request.push(request);
    };
  }

  /** Everything; `unsent` requests that were due count as unanswered, too. */
  answers(unsent: number): Answers {
    return {
      dueMs: this.#dueMs,
      latencyMs: this.#latencyMs,
      status: this.#status,
      request: this.#request,
      unanswered: this.#open + unsent,
      lateMs: rounded(summarise(this.#lateMs).p99),
    };
  }
}
