import type { Clock } from '../../../model/clock.ts';
import { CancelledError } from '../../../model/errors.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { encodeBatch } from '../../../protocol/threads/batch.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { endOfError } from '../thread-end.ts';
import { Flight, type BatchItem } from './flight.ts';
import { nextFlight, Usual } from './plan.ts';

/** What batches are run with. */
export interface BatchOptions {
  readonly workerManager: Pick<WorkerManager, 'invoke'>;
  readonly clock: Clock;
  /** Of all hosts; asked anew each time. */
  readonly processors: number;
}

/** Threads of one kind that wait to be handed over, and those that were. */
export class KindQueue {
  readonly #function: FunctionVersion;
  readonly #options: BatchOptions;
  readonly #usual = new Usual();
  readonly #flights = new Set<Flight>();
  /** Those that turned out to be long, of them. */
  #long = 0;
  #waiting: BatchItem[] = [];
  #pumping = false;
  #alone = false;

  constructor(fn: FunctionVersion, options: BatchOptions) {
    this.#function = fn;
    this.#options = options;
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#flights.size === 0 && !this.#alone;
  }

  /** Where none is here: one that goes by itself, by the shorter way, until this is disposed. */
  alone(): Disposable | undefined {
    if (!this.idle) return undefined;
    this.#alone = true;
    return { [Symbol.dispose]: () => void (this.#alone = false) };
  }

  add(item: BatchItem): void {
    const { signal } = item.thread.cancel;
    signal.addEventListener('abort', () => void this.#cancel(item), { once: true });
    this.#waiting.push(item);
    this.#pumpSoon();
  }

  /** What comes in one piece goes in one piece. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { processors } = this.#options;
    for (;;) {
      const flights = this.#flights.size - this.#long;
      const count = nextFlight({ waiting: this.#waiting.length, flights, usual: this.#usual, processors });
      if (count === 0) return;
      void this.#fly(this.#waiting.splice(0, count));
    }
  }

  async #fly(items: readonly BatchItem[]): Promise<void> {
    const [first] = items;
    if (first === undefined) return;
    const flight = new Flight(items, {
      clock: this.#options.clock,
      again: (back) => this.#again(back),
      ran: (ms, waited) => this.#usual.observe(ms, waited),
      long: () => {
        this.#long += 1;
        this.#pumpSoon();
      },
    });
    this.#flights.add(flight);
    const { signal } = flight.cut;
    const invocation = {
      function: this.#function,
      requestId: first.thread.id,
      payload: encodeBatch(items.map(({ call }) => call)),
      receivedAt: first.receivedAt,
      ...(first.tenantId !== undefined && { tenantId: first.tenantId }),
      ...(first.traceHeader !== undefined && { traceHeader: first.traceHeader }),
      watcher: flight,
      cancel: signal,
    };
    try {
      flight.ended(await this.#options.workerManager.invoke(invocation, signal));
    } catch (error) {
      flight.failed(error);
    } finally {
      this.#flights.delete(flight);
      if (flight.long) this.#long -= 1;
      this.#pumpSoon();
    }
  }

  /** In their old places, but for those that were cancelled meanwhile. */
  #again(items: readonly BatchItem[]): void {
    if (items.length === 0) return;
    const alive = items.filter((item) => !endIfCancelled(item));
    this.#waiting = [...alive, ...this.#waiting].toSorted((a, b) => a.receivedAt - b.receivedAt);
    this.#pumpSoon();
  }

  async #cancel(item: BatchItem): Promise<void> {
    for (const flight of this.#flights) if (await flight.cancel(item)) return;
    const at = this.#waiting.indexOf(item);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    endIfCancelled(item);
  }
}

function endIfCancelled({ thread }: BatchItem): boolean {
  const { signal } = thread.cancel;
  if (!signal.aborted || thread.end !== undefined) return false;
  const reason: unknown = signal.reason;
  thread.ended(endOfError(reason instanceof Error ? reason : new CancelledError('The thread was cancelled.')));
  return true;
}
