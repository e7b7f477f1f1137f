import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** What is kept free for what is there to end: the journal, and as much again when that is folded into the database; of a small disk half of it. */
const reserveBytes = 67_108_864; // 64 MiB
/** What space is asked for: for something `new` there must be all of that, for `more` of what is there half of it. */
export type RoomNeed = 'new' | 'more';
/** So often, and for so long, the last answer is believed: little enough for what comes in between to fit into the reserve. */
const believed = { asks: 16, ms: 1_000 };

/** SQLite's word for a disk, or a quota, that is full. */
const sqliteFull = 13;

/** Whether an error says so. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === sqliteFull;
}

/**
 * Whether there is space for something new: on the disk, or free in the database. A disk that is full to the last byte could not even be told that something
 * is over, which is what makes room again.
 */
export class DiskRoom {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #free;
  readonly #page: number;
  #asks = 0;
  #askedMs = Number.NEGATIVE_INFINITY;
  #relievedMs = Number.NEGATIVE_INFINITY;
  #refusal: string | undefined;

  constructor(path: string, database: DatabaseSync) {
    this.#folder = dirname(path);
    this.#database = database;
    this.#free = database.prepare('PRAGMA freelist_count');
    this.#page = numberIn(database.prepare('PRAGMA page_size').get());
  }

  /** Why there is none, if so. */
  refusal(need: RoomNeed): string | undefined {
    // One of these may keep so much that what was true before it is not worth much.
    if (need === 'more') return this.#ask(0.5);
    this.#asks += 1;
    const nowMs = performance.now();
    // That there is none is not believed for long: there may be some again.
    if (this.#refusal === undefined && this.#asks < believed.asks && nowMs - this.#askedMs < believed.ms)
      return undefined;
    this.#asks = 0;
    this.#askedMs = nowMs;
    return (this.#refusal = this.#ask(1));
  }

  /**
   * To be called between two transactions: where there was none, the journal is folded into the database and cut, as it else stays as long as it has ever
   * been; on a small disk that alone may be what is missing.
   */
  relieve(): void {
    if (this.#refusal === undefined || this.#relievedMs === this.#askedMs) return;
    this.#relievedMs = this.#askedMs;
    if (this.fold()) this.#asks = believed.asks;
  }

  /** The same, now; gives whether it could be done: that, too, may need room that is not there. */
  fold(): boolean {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return true;
    } catch {
      // What is wrong with the disk, the next transaction says to those who asked for it.
      return false;
    }
  }

  #ask(share: number): string | undefined {
    const { bavail, blocks, bsize } = statfsSync(this.#folder);
    const reserve = Math.min(reserveBytes, (blocks * bsize) / 2) * share;
    const left = bavail * bsize + numberIn(this.#free.get()) * this.#page;
    if (left >= reserve) return undefined;
    return `The disk of ${this.#folder} has ${left} bytes left, less than the ${Math.ceil(reserve)} that are kept free to end what was accepted.`;
  }
}

function numberIn(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(Object.values(row ?? {})[0] ?? 0);
}
