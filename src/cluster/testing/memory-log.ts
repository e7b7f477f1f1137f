import { readFile, writeFile } from 'node:fs/promises';
import {
  ClusterUnavailableError,
  LogConflictError,
  type Lease,
  type LogEntry,
  type LogPosition,
  type ReplicatedLog,
} from '../contract.ts';

/** What several hosts of one process have for a log: for tests of what writes to one. Positions grow by three. */
export class MemoryLog implements ReplicatedLog {
  readonly entries: LogEntry[] = [];
  readonly #arrived: Set<() => void> = new Set();
  #snapshot: { readonly data: Buffer; readonly position: LogPosition } | undefined;
  /** What becomes of the next appends. `unknown`: added, and said that nobody knows; `lost`: not added, and said the same. */
  next: ('unknown' | 'lost')[] = [];
  /** Awaited before an append is carried out. */
  gate: Promise<void> | undefined;

  async append(data: Uint8Array, after: LogPosition): Promise<LogPosition> {
    await this.gate;
    const fate = this.next.shift();
    if (fate === 'lost') throw new ClusterUnavailableError('Nobody answered.');
    // At once: two hosts may add at the same moment.
    const last = this.#last;
    if (after !== last) throw new LogConflictError(`The log is at ${last}, and not at ${after}.`);
    const position = last + 3n;
    this.entries.push({ position, data: Uint8Array.from(data) });
    for (const arrived of this.#arrived) arrived();
    if (fate === 'unknown') throw new ClusterUnavailableError('Nobody answered.');
    return position;
  }

  async *follow(after: LogPosition, signal: AbortSignal): AsyncIterable<LogEntry> {
    let reached = after;
    while (!signal.aborted) {
      const next = this.entries.find(({ position }) => position > reached);
      if (next !== undefined) {
        reached = next.position;
        yield next;
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#arrived.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#arrived.delete(resolve);
    }
  }

  async tail(): Promise<LogPosition> {
    return this.#last;
  }

  get #last(): LogPosition {
    return this.entries.at(-1)?.position ?? 0n;
  }

  get snapshotAt(): LogPosition | undefined {
    return this.#snapshot?.position;
  }

  async saveSnapshot(file: string, position: LogPosition): Promise<void> {
    if ((this.#snapshot?.position ?? 0n) > position) return;
    this.#snapshot = { data: await readFile(file), position };
  }

  async loadSnapshot(file: string): Promise<LogPosition | undefined> {
    if (this.#snapshot === undefined) return undefined;
    await writeFile(file, this.#snapshot.data, { mode: 0o600 });
    return this.#snapshot.position;
  }
}

/** A lease that is suspended, resumed and ended when a test says so. */
export class TestLease implements Lease {
  readonly name: string;
  readonly epoch: bigint;
  readonly #over = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #isSuspended = false;

  constructor(name: string, epoch: bigint) {
    this.name = name;
    this.epoch = epoch;
  }

  get valid(): boolean {
    return !this.#isSuspended && !this.#over.signal.aborted;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** As where its host stands still or nobody can write: nobody is told. */
  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async settled(): Promise<boolean> {
    while (!this.valid && !this.#over.signal.aborted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.valid;
  }

  async release(): Promise<void> {
    this.#over.abort();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
