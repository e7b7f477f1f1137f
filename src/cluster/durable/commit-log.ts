import { setTimeout as pause } from 'node:timers/promises';
import { StoppingError } from '../../model/errors.ts';
import type { Change, Replication } from '../../store/durable/contracts/replicated.ts';
import {
  ClusterUnavailableError,
  LogConflictError,
  type Lease,
  type LogPosition,
  type ReplicatedLog,
} from '../contract.ts';
import { logLimits } from '../log/log-limits.ts';
import { untilSilent } from '../log/until-silent.ts';
import { decodeEntry, encodeEntry } from './entry.ts';

/** What {@link CommitLog} works with. */
export interface CommitLogParts {
  readonly log: ReplicatedLog;
  readonly lease: Lease;
  /** Of the last entry that the database has: this home's first. */
  readonly position: LogPosition;
  /** Called once, when it can keep nothing more. */
  readonly onLost: (error: Error) => void;
}

interface Pending {
  readonly change: Change | undefined;
  readonly resolve: (position: LogPosition) => void;
  readonly reject: (error: Error) => void;
  /** Nothing that comes later goes into the same entry. */
  readonly ends?: true;
}

/** What goes into one entry: more waits for the next. */
const entryBytesMax = 4_194_304; // 4 MiB
/** How long is waited before an entry, of which nobody knows whether it was added, is added again. */
const againMs = 200;

/**
 * Adds what a home commits to its shard's log, one entry on its way at a time: what is committed meanwhile is the next. That is what keeps the order, and each entry behind the
 * last; entries that are on their way together would need to know the positions of those before them.
 */
export class CommitLog implements Replication {
  readonly #parts: CommitLogParts;
  #position: LogPosition;
  #pending: Pending[] = [];
  #running = false;
  #number = 1;
  #lost: Error | undefined;
  /** What was added since a snapshot, bytes of entries. */
  bytesSinceSnapshot = 0;

  constructor(parts: CommitLogParts) {
    this.#parts = parts;
    this.#position = parts.position;
    const { over } = parts.lease;
    const lost = (): void => this.lose(lostHome());
    if (over.aborted) lost();
    else over.addEventListener('abort', lost, { once: true });
  }

  get position(): LogPosition {
    return this.#position;
  }

  /** How many commits wait to be kept. */
  get waiting(): number {
    return this.#pending.length;
  }

  async keep(change: Change | undefined): Promise<void> {
    await this.#add({ change });
  }

  /** Resolves, when all until now is kept, with the position at which the database has exactly that. */
  mark(): Promise<LogPosition> {
    return this.#add({ change: undefined, ends: true });
  }

  /** It keeps nothing more; who waits is told. */
  lose(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    for (const { reject } of this.#pending.splice(0)) reject(error);
    this.#parts.onLost(error);
  }

  #add(what: Pick<Pending, 'change' | 'ends'>): Promise<LogPosition> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    // What only looked need not wait where all that it can have seen is kept, and is no other's by now.
    if (what.change === undefined && this.#pending.length === 0 && !this.#running && this.#parts.lease.valid)
      return Promise.resolve(this.#position);
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...what, resolve, reject });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#pending.length > 0 && this.#lost === undefined) await this.#next();
    } catch (error) {
      this.lose(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#running = false;
    }
  }

  async #next(): Promise<void> {
    const together = this.#pending.slice(0, this.#together());
    const changes = together.flatMap(({ change }) => change ?? []);
    if (changes.length > 0) {
      const data = encodeEntry({ epoch: this.#parts.lease.epoch, number: this.#number, changes });
      this.#position = await this.#append(data);
      this.#number += 1;
      this.bytesSinceSnapshot += data.length;
    }
    // While it is suspended another may be about to have it: nobody is told of anything that he may have changed since.
    const isHeld = await this.#parts.lease.settled();
    // What was lost meanwhile is kept all the same, but whoever asked was told otherwise, and is not told anything more.
    if (this.#lost === undefined && !isHeld) this.lose(lostHome());
    if (this.#lost !== undefined) return;
    this.#pending.splice(0, together.length);
    for (const { resolve } of together) resolve(this.#position);
  }

  #together(): number {
    let bytes = 0;
    for (const [n, { change, ends }] of this.#pending.entries()) {
      bytes += change?.changeset.length ?? 0;
      if (n > 0 && bytes > entryBytesMax) return n;
      if (ends === true) return n + 1;
    }
    return this.#pending.length;
  }

  /** Adds an entry behind the last, when its lease is not suspended. Throws where another host has added one, and where this one has lost its lease. */
  async #append(data: Uint8Array): Promise<LogPosition> {
    const { lease } = this.#parts;
    for (;;) {
      if (!(await lease.settled())) throw lostHome();
      try {
        return await this.#appendOnce(data);
      } catch (error) {
        if (!(error instanceof ClusterUnavailableError)) throw error;
        // It may have been added: then the next attempt is refused, and finds it.
        await pause(againMs, undefined, { signal: lease.over }).catch(() => undefined);
      }
    }
  }

  async #appendOnce(data: Uint8Array): Promise<LogPosition> {
    try {
      return await this.#parts.log.append(data, this.#position);
    } catch (error) {
      if (error instanceof LogConflictError) return await this.#ownBehind(error);
      throw error;
    }
  }

  /** The position of this home's own entry, if that is what lies behind the last. */
  async #ownBehind(cause: LogConflictError): Promise<LogPosition> {
    const { log, lease } = this.#parts;
    const enough = new AbortController();
    try {
      const entries = log.follow(this.#position, AbortSignal.any([enough.signal, lease.over]));
      for await (const { position, data } of untilSilent(entries, logLimits.chunkMsMax)) {
        const { epoch, number } = decodeEntry(data);
        if (epoch === lease.epoch && number === this.#number) return position;
        break;
      }
    } finally {
      enough.abort();
    }
    throw lostHome(cause);
  }
}

/** What those are told whose requests were under way when this host lost a home: as where a service stops, they try again. */
export function lostHome(cause?: unknown): StoppingError {
  return new StoppingError(
    'This host is no longer the home of this account, and does not know whether what was asked was kept. Try again.',
    { cause },
  );
}
