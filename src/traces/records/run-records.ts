import { limits } from '../../model/limits.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';

/** The newest of one account, in a ring that grows until it has as many as may be. */
class Ring {
  readonly #rows: RunRecord[] = [];
  #next = 0;

  get size(): number {
    return this.#rows.length;
  }

  /** Gives whether there is one more than before. */
  add(record: RunRecord): boolean {
    const grows = this.#rows.length < limits.tracesPerAccountMax;
    if (grows) this.#rows.push(record);
    else this.#rows[this.#next] = record;
    this.#next = (this.#next + 1) % limits.tracesPerAccountMax;
    return grows;
  }

  /** Newest first. */
  *newest(): Generator<RunRecord> {
    const { length } = this.#rows;
    for (let back = 1; back <= length; back++) {
      const row = this.#rows[(this.#next - back + length) % length];
      if (row !== undefined) yield row;
    }
  }
}

/**
 * What happened to the newest invocations of each account on this host: the records that the worker manager makes anyway, kept for a while. Those of an account
 * never go for another's, but for all of who has called nothing for longest where there are too many in all.
 */
export class RunRecords {
  /** In the order of their last use. */
  readonly #rings = new Map<string, Ring>();
  #newest: string | undefined;
  #size = 0;

  /** For the worker manager. */
  get observer(): WorkerObserver {
    const nothing = (): void => undefined;
    return {
      invoked: ({ account }, _requestId, { record }) => {
        if (record !== undefined) this.add(account, record);
      },
      refused: nothing,
      instanceStarted: nothing,
      instanceEnded: nothing,
      instanceFailed: nothing,
    };
  }

  add(account: string, record: RunRecord): void {
    if (this.#ringOf(account).add(record)) this.#size += 1;
    if (this.#size > limits.tracesMax) this.#forgetOldest();
  }

  /** The newest of an account, newest first, of those that are wanted. */
  list(account: string, countMax: number, wanted: (record: RunRecord) => boolean): RunRecord[] {
    const found: RunRecord[] = [];
    for (const record of this.#rings.get(account)?.newest() ?? []) {
      if (found.length >= countMax) break;
      if (wanted(record)) found.push(record);
    }
    return found;
  }

  #ringOf(account: string): Ring {
    let ring = this.#rings.get(account);
    if (ring !== undefined && account === this.#newest) return ring;
    ring ??= new Ring();
    this.#rings.delete(account);
    this.#rings.set(account, ring);
    this.#newest = account;
    return ring;
  }

  #forgetOldest(): void {
    for (const [account, ring] of this.#rings) {
      if (account === this.#newest) return;
      this.#rings.delete(account);
      this.#size -= ring.size;
      return;
    }
  }
}
