import type { Clock, Timer } from '../../model/clock.ts';
import { ClusterUnavailableError, type HostId, type Lease } from '../contract.ts';
import type { LeaseEntry, SeenEntry } from './entry.ts';
import { LeaseConflictError, type LeaseStore } from './lease-store.ts';
import { believeMs, renewMs, retryMs, suspendedMsMax, suspendedRetryMs } from './times.ts';

/** What a holding begins with. */
export interface Holding {
  readonly name: string;
  readonly host: HostId;
  /** Names it in entries. */
  readonly holding: string;
  /** When the write that took it began, by the holder's clock, and the revision that it got. */
  readonly begunAt: number;
  readonly revision: number;
  /** Called whenever it is valid again after it was suspended. */
  readonly onResumed: () => void;
}

/**
 * A lease that this process has, until it is over for good. Renews itself. Where that does not succeed for {@link believeMs} it is suspended: `valid` is false. When a renewal
 * succeeds then, by the revision that was written last, nobody else had it in between, and it goes on.
 */
export class HeldLease implements Lease {
  readonly name: string;
  readonly epoch: bigint;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #holding: Holding;
  readonly #over = new AbortController();
  /** When each attempt began whose answer was not seen. */
  readonly #begun = new Map<number, number>();
  readonly #waiting: (() => void)[] = [];
  #attempts = 0;
  #revision: number;
  /** When the last renewal began of which it is known that it was carried out. */
  #renewedAt: number;
  #timer: Timer | undefined;
  #end: Timer | undefined;

  constructor(store: LeaseStore, clock: Clock, holding: Holding) {
    this.name = holding.name;
    this.epoch = BigInt(holding.revision);
    this.#store = store;
    this.#clock = clock;
    this.#holding = holding;
    this.#revision = holding.revision;
    this.#renewedAt = holding.begunAt;
    this.#believe(holding.begunAt);
    this.#renewIn(Math.max(0, holding.begunAt + renewMs - clock.now()));
  }

  get valid(): boolean {
    return !this.#over.signal.aborted && this.#clock.now() - this.#renewedAt < believeMs;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  async settled(): Promise<boolean> {
    while (!this.valid) {
      if (this.#over.signal.aborted) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return true;
  }

  async release(): Promise<void> {
    if (this.#over.signal.aborted) return;
    // Before anybody can have it: nothing may be done with it from here on.
    this.#stop();
    await this.#store
      .write(this.name, { ...this.#entry(), host: undefined }, this.#revision)
      .catch((error: unknown) => {
        // It runs out by itself, or is another's.
        if (!(error instanceof LeaseConflictError || error instanceof ClusterUnavailableError)) throw error;
      });
  }

  /** The entry that took it. */
  taken(revision: number): SeenEntry {
    const { host, holding } = this.#holding;
    return { host, holding, epoch: undefined, attempt: 0, revision };
  }

  /** Takes note of what the bucket has: a renewal of its own whose answer was lost, or that it is another's. */
  saw(entry: SeenEntry): void {
    if (this.#over.signal.aborted || entry.revision <= this.#revision) return;
    if (entry.holding !== this.#holding.holding) return this.#stop();
    const begunAt = this.#begun.get(entry.attempt);
    this.#revision = entry.revision;
    if (begunAt !== undefined) this.#believe(begunAt);
  }

  #entry(): LeaseEntry {
    const { host, holding } = this.#holding;
    return { host, holding, epoch: this.#holding.revision, attempt: ++this.#attempts };
  }

  #renewIn(delayMs: number): void {
    this.#timer = this.#clock.timer(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    if (!this.valid) {
      // Not waited for: an attempt that went into an election is answered by nobody, and the first after it should come soon.
      void this.#attempt();
      return this.#renewIn(suspendedRetryMs);
    }
    await this.#attempt();
    if (this.#over.signal.aborted) return;
    this.#renewIn(Math.max(retryMs, this.#renewedAt + renewMs - this.#clock.now()));
  }

  async #attempt(): Promise<void> {
    const begunAt = this.#clock.now();
    const entry = this.#entry();
    this.#begun.set(entry.attempt, begunAt);
    try {
      const revision = await this.#store.write(this.name, entry, this.#revision);
      this.saw({ ...entry, revision });
    } catch (error) {
      await this.#mend(error);
    }
  }

  /** Finds out what is, where a write was refused; where there was no answer, the next attempt does. */
  async #mend(error: unknown): Promise<void> {
    if (!(error instanceof LeaseConflictError)) return;
    const entry = await this.#store.read(this.name).catch(() => undefined);
    if (entry !== undefined) this.saw(entry);
  }

  #believe(begunAt: number): void {
    const wasValid = this.valid;
    this.#renewedAt = Math.max(this.#renewedAt, begunAt);
    for (const [attempt, at] of this.#begun) if (at <= this.#renewedAt) this.#begun.delete(attempt);
    this.#end?.[Symbol.dispose]();
    const leftMs = this.#renewedAt + suspendedMsMax - this.#clock.now();
    this.#end = this.#clock.timer(Math.max(0, leftMs), () => this.#stop());
    if (wasValid || !this.valid) return;
    this.#wake();
    this.#holding.onResumed();
  }

  #stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#end?.[Symbol.dispose]();
    if (!this.#over.signal.aborted) this.#over.abort();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
