import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { clientsOf } from '../../store/durable/clients.ts';
import type { Durability, DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { Change } from '../../store/durable/contracts/replicated.ts';
import type { ReplicatedThread } from '../../store/durable/replicated/replicated-thread.ts';
import type { Lease, LogPosition, ReplicatedLog } from '../contract.ts';
import { CommitLog, lostHome } from './commit-log.ts';
import { takeOver } from './take-over.ts';

/** What {@link ShardStore} works with. */
export interface ShardStoreParts {
  /** Of this shard alone, on a disk that may lose it. */
  readonly folder: string;
  readonly log: ReplicatedLog;
  readonly lease: Lease;
  /** Called once, when it can keep nothing more: this host is not the home any longer. */
  readonly onLost: (error: Error) => void;
  /** Asked what comes when all that it had is where the next home finds it; absent: that is refused. */
  readonly onLeft?: LateAsk;
  /** A snapshot is made when so much was added to the log since the last, bytes of entries. */
  readonly snapshotBytes?: number;
  readonly logger: Logger;
}

/** What of that can be done at the next home as well: by ids, keys and receipts that it knows. */
const lateOperations: Readonly<Record<string, readonly string[]>> = {
  events: ['answer', 'end', 'retry', 'unbegin'],
  queues: ['delete', 'changeVisibility'],
};

/** What is asked of a shard's store after its home has left it in order. */
export type LateAsk = (part: string, operation: string, input: unknown) => Promise<unknown>;

const snapshotBytesUsual = 33_554_432; // 32 MiB
/** After a snapshot that could not be kept, ms. */
const againMs = 5_000;
/** Whoever leaves waits for a lease that is suspended for so long, ms. */
const suspendedMsMax = 2_000;
/** Whoever leaves makes one for less: it is what the next home reads. */
const leavingBytes = 1_048_576; // 1 MiB

interface Opened {
  readonly thread: ReplicatedThread;
  readonly commits: CommitLog;
}

/**
 * The durable store of a shard at its home: as one of a machine's own, but for what acknowledges. A change is told of when the shard's log has it, whichever durability was asked
 * for: what survives the death of a process on one machine has to survive that of a host here. Where nothing was ever kept there is no thread and no log.
 */
export class ShardStore implements DurableStore {
  readonly parts: DurableStore['parts'] = clientsOf((...asked) => this.#ask(...asked));
  readonly #parts: ShardStoreParts;
  #used: boolean;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #saving: Promise<void> | undefined;
  #over: Error | undefined;
  #ending = false;
  /** Resolves, when it has ended in order, with whether all that it had is kept. */
  readonly #left = Promise.withResolvers<boolean>();
  readonly #stopped = new AbortController();

  private constructor(parts: ShardStoreParts, used: boolean) {
    this.#parts = parts;
    this.#used = used;
    parts.lease.over.addEventListener('abort', () => this.#opened?.commits.lose(lostHome()), { once: true });
  }

  /** Takes over what its log has. Throws where the cluster has no majority, or the lease is lost. */
  static async open(parts: ShardStoreParts): Promise<ShardStore> {
    const store = new ShardStore(parts, (await parts.log.tail()) > 0n);
    if (store.#used) await store.#open();
    return store;
  }

  get used(): boolean {
    return this.#used;
  }

  /** Where its log is, and what waits to get there; undefined where nothing was ever kept. */
  state():
    | { readonly position: LogPosition; readonly waiting: number; readonly bytesSinceSnapshot: number }
    | undefined {
    const commits = this.#opened?.commits;
    if (commits === undefined) return undefined;
    const { position, waiting, bytesSinceSnapshot } = commits;
    return { position, waiting, bytesSinceSnapshot };
  }

  /** What was asked for is done and kept first, unless the lease is suspended for longer than a moment: nobody was told that it was. Then it is gone from here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    this.#stopped.abort();
    const opened = await this.#opening?.catch(() => undefined);
    await this.#saving;
    const isKept = opened !== undefined && this.#over === undefined && (await this.#isHeldSoon());
    if (isKept) {
      if (opened.commits.bytesSinceSnapshot >= leavingBytes) await this.#saveLast(opened);
      await opened.thread.stop();
    }
    const isInOrder = isKept && this.#over === undefined;
    await this.drop(lostHome());
    this.#left.resolve(isInOrder);
  }

  /** Ends at once; what waits rejects with this. */
  async drop(error: Error): Promise<void> {
    this.#over ??= error;
    this.#stopped.abort();
    if (!this.#ending) this.#left.resolve(false);
    const opened = await this.#opening?.catch(() => undefined);
    opened?.commits.lose(this.#over);
    await opened?.thread.drop(this.#over);
    await this.#saving;
    await rm(this.#parts.folder, { recursive: true, force: true });
  }

  /** Has done what a home before this one was asked after it had left. Throws StoppingError for what has to be asked of the home itself. */
  async askLate(part: string, operation: string, input: unknown): Promise<unknown> {
    if (!mayBeLate(part, operation)) throw lostHome();
    return await this.#ask(part, operation, input, 'process');
  }

  async #isHeldSoon(): Promise<boolean> {
    const { lease } = this.#parts;
    const enough = new AbortController();
    try {
      return await Promise.race([lease.settled(), pause(suspendedMsMax, false, { signal: enough.signal })]);
    } finally {
      enough.abort();
    }
  }

  async #ask(part: string, operation: string, input: unknown, durability: Durability): Promise<unknown> {
    const { onLeft } = this.#parts;
    if (this.#ending && onLeft !== undefined && mayBeLate(part, operation) && (await this.#left.promise))
      return await onLeft(part, operation, input);
    if (this.#over !== undefined) throw this.#over;
    // What comes while it is suspended waits: what is under way here by itself would otherwise fail at nothing.
    const { lease } = this.#parts;
    if (!lease.valid && !(await lease.settled())) throw lostHome();
    return await this.#askNow(part, operation, input, durability);
  }

  async #askNow(part: string, operation: string, input: unknown, durability: Durability): Promise<unknown> {
    if (this.#over !== undefined) throw this.#over;
    this.#used = true;
    // One after the other in the order of asking, also while it is being opened.
    const { thread } = await this.#open();
    return await thread.ask(part, operation, input, durability);
  }

  #open(): Promise<Opened> {
    return (this.#opening ??= this.#begin().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  async #begin(): Promise<Opened> {
    const { folder, log, lease, onLost } = this.#parts;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const replication = { keep: async (change: Change | undefined) => await this.#keep(change) };
    const taken = await takeOver(this.#path, log, lease, replication);
    const { thread, position, isFirst, isMigrated, change, bytes } = taken;
    const lose = (error: Error): void => {
      this.#over ??= error;
      onLost(error);
    };
    const commits = new CommitLog({ log, lease, position, onLost: lose });
    commits.bytesSinceSnapshot = bytes;
    this.#opened = { thread, commits };
    try {
      // Before anything that is made of it: the next home has to come to the same.
      await commits.keep(change);
      if (isMigrated) await this.#save(this.#opened);
    } catch (error) {
      this.#opened = undefined;
      await thread.drop(lostHome());
      throw error;
    }
    // A later release will find the tables of today in it.
    if (isFirst && !isMigrated) this.#saveSoon(this.#opened);
    return this.#opened;
  }

  get #path(): string {
    return join(this.#parts.folder, 'durable.sqlite');
  }

  async #keep(change: Change | undefined): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) throw this.#over ?? lostHome();
    await opened.commits.keep(change);
    if (opened.commits.bytesSinceSnapshot < (this.#parts.snapshotBytes ?? snapshotBytesUsual)) return;
    this.#saveSoon(opened);
  }

  #saveSoon(opened: Opened): void {
    this.#saving ??= this.#saveUntilKept(opened).finally(() => (this.#saving = undefined));
  }

  /** The next home reads the log where there is none. */
  async #saveLast(opened: Opened): Promise<void> {
    await this.#save(opened).catch((err: unknown) => {
      this.#parts.logger.warn({ err }, 'No snapshot of a shard could be kept for the next home.');
    });
  }

  async #saveUntilKept(opened: Opened): Promise<void> {
    const { logger, lease } = this.#parts;
    while (this.#over === undefined && !this.#ending) {
      try {
        return await this.#save(opened);
      } catch (err) {
        if (this.#over !== undefined || lease.over.aborted) return;
        logger.warn({ err }, 'A snapshot of a shard could not be kept; its log grows until one can.');
        await pause(againMs, undefined, {
          signal: AbortSignal.any([lease.over, this.#stopped.signal]),
          ref: false,
        }).catch(() => undefined);
      }
    }
  }

  async #save({ thread, commits }: Opened): Promise<void> {
    const file = `${this.#path}.snapshot`;
    try {
      await thread.copy(file);
      // All that the copy has was handed over by now, and nothing else.
      const marked = commits.mark();
      commits.bytesSinceSnapshot = 0;
      await this.#parts.log.saveSnapshot(file, await marked);
    } finally {
      await rm(file, { force: true });
    }
  }
}

function mayBeLate(part: string, operation: string): boolean {
  return lateOperations[part]?.includes(operation) === true;
}
