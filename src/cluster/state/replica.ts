import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { turns } from '../../model/turns.ts';
import type { ChangedRow } from '../../store/changes-contract.ts';
import type { SqliteTables } from '../../store/sqlite/tables.ts';
import {
  ClusterUnavailableError,
  LogConflictError,
  LogTrimmedError,
  type LogEntry,
  type LogPosition,
  type ReplicatedLog,
} from '../contract.ts';
import { sharedRuns } from './barrier.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import type { Mirror } from './mirror.ts';
import { openOwnLog, type OwnLogOptions } from './same-history.ts';
import { loadSnapshot, saveSnapshot } from './state-snapshots.ts';
import { stateLimits } from './state-limits.ts';
import { unanswered, unavailable } from './unavailable.ts';

/** Rows that have changed here. `ours`: by a write that whoever asked for it on this host was told of. */
export type RowsListener = (rows: readonly ChangedRow[], ours: boolean) => void;

/** What a {@link Replica} is made with. */
export interface ReplicaOptions extends OwnLogOptions {
  readonly mirror: Mirror;
  /** A path that nobody else uses, for snapshots on their way. */
  readonly snapshotFile: string;
  /** Why the cluster does not answer, in words, for who is refused something; absent: nobody looks. Never rejects. */
  readonly why?: (() => Promise<string>) | undefined;
  readonly logger: Logger;
}

/**
 * Keeps a mirror at the end of its log, and adds to that. A write is tried on the mirror as it is, and what it changes is added behind the entry that the mirror has
 * seen last; where another was added meanwhile, it is seen first, and the write is tried anew.
 */
export class Replica implements AsyncDisposable {
  readonly #mirror: Mirror;
  readonly #options: ReplicaOptions;
  readonly #end = new AbortController();
  readonly #inTurn = turns();
  /** While something is drafted, nothing is applied, and the other way round. */
  readonly #alone = turns();
  readonly #listeners = new Set<RowsListener>();
  /** Names of entries of this host's that somebody waits for. */
  readonly #own = new Set<string>();
  #log: ReplicatedLog | undefined;
  /** The last write was not answered. */
  #silent = false;
  #moved = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#mirror = options.mirror;
  }

  /** Called with each change that has been applied, in their order. */
  onRows(listener: RowsListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Begins to follow the log. Resolves when this host has all that the log had then; throws ClusterUnavailableError where nobody can tell, and what {@link openOwnLog} throws. */
  async begin(): Promise<void> {
    const { log, tail } = await openOwnLog(this.#options, this.#end.signal);
    this.#log = log;
    this.follow();
    await this.#caughtUp(tail, Infinity);
  }

  /** Follows the log as soon as it can be reached. */
  follow(): void {
    this.#running ??= this.#follow();
  }

  /**
   * Resolves when this host has what was true in the cluster when it was asked; or after a moment, where nobody can tell. Never rejects.
   */
  readonly caughtUp: () => Promise<void> = sharedRuns(async () => {
    if (this.#log === undefined || this.#silent) return;
    const late = new AbortController();
    const time = wait(stateLimits.lookMsMax, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
    const seen = this.#isLast(this.#log, this.#mirror.position).catch(() => undefined);
    await Promise.race([seen, time]);
    late.abort();
  });

  /** Resolves when this host has what the log has up to a position. Throws ClusterUnavailableError after 5 s. */
  readonly reached = (position: LogPosition): Promise<void> => this.#caughtUp(position, stateLimits.catchUpMsMax);

  /** Has a method of the store's done in the whole cluster. Throws what it throws, and ClusterUnavailableError. */
  write<Result>(method: (store: SqliteTables) => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + stateLimits.writeMsMax;
    return this.#inTurn(async () => {
      // Those before it have waited for a majority in vain.
      if (performance.now() > deadline) throw unavailable(await this.#why());
      return await this.#write(method);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
    await this.#inTurn(async () => undefined);
    await this.#alone(async () => undefined);
  }

  async #write<Result>(method: (store: SqliteTables) => Promise<Result>): Promise<Result> {
    const log = this.#log;
    if (log === undefined || (this.#silent && !(await this.#answers(log)))) throw unavailable(await this.#why());
    for (let attempt = 0; attempt < stateLimits.attemptsMax; attempt++) {
      const { after, outcome, changeset } = await this.#alone(async () => {
        const { position } = this.#mirror;
        return { after: position, ...(await this.#mirror.draft(method)) };
      });
      if (changeset.length > 0) {
        if (!(await this.#append(log, changeset, after))) continue;
      } else if (!(await this.#isLast(log, after))) continue;
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    }
    throw new ClusterUnavailableError(
      `Others changed the cluster's state ${stateLimits.attemptsMax} times before this was done; nothing was changed. Try again.`,
    );
  }

  /** Gives whether it was added: else another was first, and has been applied here. */
  async #append(log: ReplicatedLog, changeset: Uint8Array, after: LogPosition): Promise<boolean> {
    const entry = { id: randomUUID(), schema: this.#mirror.schema, changeset };
    this.#own.add(entry.id);
    try {
      const position = await log.append(encodeEntry(entry), after);
      await this.#alone(async () => this.#apply({ position, data: encodeEntry(entry) }));
      return true;
    } catch (error) {
      if (error instanceof LogConflictError) return await this.#seen(log);
      // It may have come by way of the log all the same.
      if (!this.#own.has(entry.id)) return true;
      if (!(error instanceof ClusterUnavailableError)) throw error;
      this.#silent = true;
      throw unanswered(await this.#why(), error);
    } finally {
      this.#own.delete(entry.id);
    }
  }

  async #why(): Promise<string> {
    return (await this.#options.why?.()) ?? '';
  }

  async #answers(log: ReplicatedLog): Promise<boolean> {
    try {
      await log.tail();
      this.#silent = false;
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
    }
    return !this.#silent;
  }

  /** Whether nothing was added behind a position: what a method refused or left as it was, it did by what holds. */
  async #isLast(log: ReplicatedLog, position: LogPosition): Promise<boolean> {
    const tail = await log.tail();
    if (tail <= position) return true;
    await this.#caughtUp(tail, stateLimits.catchUpMsMax);
    return false;
  }

  async #seen(log: ReplicatedLog): Promise<false> {
    await this.#caughtUp(await log.tail(), stateLimits.catchUpMsMax);
    return false;
  }

  async #caughtUp(position: LogPosition, msMax: number): Promise<void> {
    const late = new AbortController();
    const timer = msMax === Infinity ? undefined : setTimeout(() => late.abort(), msMax);
    const gone = new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve()));
    try {
      while (this.#mirror.position < position) {
        if (late.signal.aborted || this.#end.signal.aborted) throw unavailable(await this.#why());
        await Promise.race([this.#moved.promise, gone]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#end;
    const { logger } = this.#options;
    let delayMs: number = stateLimits.againMs.first;
    let log = this.#log;
    while (!signal.aborted) {
      try {
        log ??= this.#log ??= (await openOwnLog(this.#options, signal)).log;
        for await (const entry of log.follow(this.#mirror.position, signal)) {
          await this.#alone(async () => this.#apply(entry));
          delayMs = stateLimits.againMs.first;
        }
      } catch (error) {
        if (error instanceof LogTrimmedError && log !== undefined) await this.#takeSnapshot(log);
        else if (!(error instanceof ClusterUnavailableError))
          logger.error({ err: error }, "The cluster's state cannot be followed; this host has what it had.");
      }
      await wait(delayMs, undefined, { signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, stateLimits.againMs.last);
    }
    this.#moved.resolve();
  }

  /** What is there already is left out. */
  #apply({ position, data }: LogEntry): void {
    if (position <= this.#mirror.position) return;
    const entry = decodeEntry(data);
    const between = BigInt(stateLimits.entriesBySnapshot);
    const isDue = this.#mirror.position / between !== position / between;
    const rows = this.#mirror.apply(entry, position);
    const ours = this.#own.delete(entry.id);
    this.#changed(rows, ours);
    // By one host.
    if (isDue && ours) void this.saveSnapshot();
  }

  #changed(rows: readonly ChangedRow[], ours: boolean): void {
    const moved = this.#moved;
    this.#moved = Promise.withResolvers();
    moved.resolve();
    for (const listener of this.#listeners) listener(rows, ours);
  }

  async #takeSnapshot(log: ReplicatedLog): Promise<void> {
    const { mirror, snapshotFile, logger } = this.#options;
    const taken = await loadSnapshot({ log, mirror, file: `${snapshotFile}.new`, logger }, (take) =>
      this.#alone(async () => take()),
    );
    if (taken !== undefined) this.#changed(taken, false);
  }

  /** Keeps what is here for hosts that join, and lets the log forget what is long ago. */
  async saveSnapshot(): Promise<void> {
    const { mirror, snapshotFile, logger } = this.#options;
    if (this.#log !== undefined) await saveSnapshot({ log: this.#log, mirror, file: snapshotFile, logger });
  }
}
