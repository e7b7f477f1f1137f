import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueueDepth } from '../contracts/queues.ts';
import { integer, type Row } from './rows.ts';
import { delayed, inFlight, ready } from './schema.ts';

/** How the numbers of one queue change by one operation; written once, when it is done. */
export class DepthChange {
  readonly states: [ready: number, inFlight: number, delayed: number] = [0, 0, 0];
  bytes = 0;
  deadLettered = 0;
  expired = 0;

  /** `by`: +1 for a message that is now in the state, -1 for one that is not any more. */
  count(state: number, by: number): void {
    if (state === ready) this.states[0] += by;
    else if (state === inFlight) this.states[1] += by;
    else this.states[2] += by;
  }
}

const never = Number.POSITIVE_INFINITY;

/** `purgedTo`: messages up to this one are as good as gone. `tidyAt`: before that nothing of it has to go for its age. */
export interface KnownDepth extends QueueDepth {
  readonly purgedTo: number;
  readonly tidyAt: number;
}

/** How many messages queues have, kept beside them: counting a million would take a second. */
export class Depths {
  readonly #get: StatementSync;
  readonly #add: StatementSync;
  readonly #insert: StatementSync;
  readonly #purge: StatementSync;
  readonly #tidySooner: StatementSync;
  readonly #tidyAt: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT * FROM queue_depths WHERE queue = ?');
    this.#add = database.prepare(
      `UPDATE queue_depths SET ready = ready + ?, in_flight = in_flight + ?, delayed = delayed + ?, bytes = bytes + ?,
       dead_lettered = dead_lettered + ?, expired = expired + ? WHERE queue = ?`,
    );
    this.#insert = database.prepare('INSERT INTO queue_depths VALUES (?, 0, 0, 0, 0, 0, 0, 0, NULL)');
    this.#purge = database.prepare('UPDATE queue_depths SET purged_to = ? WHERE queue = ?');
    this.#tidySooner = database.prepare(
      'UPDATE queue_depths SET tidy_at = ? WHERE queue = ? AND (tidy_at IS NULL OR tidy_at > ?)',
    );
    this.#tidyAt = database.prepare('UPDATE queue_depths SET tidy_at = ? WHERE queue = ?');
    this.#remove = database.prepare('DELETE FROM queue_depths WHERE queue = ?');
  }

  /** Undefined where there is no such queue. */
  of(queue: number): KnownDepth | undefined {
    const row = this.#get.get(queue);
    if (row === undefined) return undefined;
    return {
      ...depthFrom(row),
      purgedTo: integer(row, 'purged_to'),
      tidyAt: row['tidy_at'] === null ? never : integer(row, 'tidy_at'),
    };
  }

  add(queue: number, change: DepthChange): void {
    const { states, bytes, deadLettered, expired } = change;
    // Whoever asks an empty queue writes nothing.
    if (bytes === 0 && states.every((count) => count === 0) && expired + deadLettered === 0) return;
    this.#add.run(...states, bytes, deadLettered, expired, queue);
  }

  make(queue: number): void {
    this.#insert.run(queue);
  }

  setPurged(queue: number, upTo: number): void {
    this.#purge.run(upTo, queue);
  }

  /** Something of it may be too old from then on. */
  tidySooner(queue: number, at: number): void {
    this.#tidySooner.run(at, queue, at);
  }

  /** Nothing of it is before then; undefined where there is nothing. */
  setTidyAt(queue: number, at: number | undefined): void {
    this.#tidyAt.run(at ?? null, queue);
  }

  remove(queue: number): void {
    this.#remove.run(queue);
  }
}

/** From a row that has the columns of `queue_depths`. */
export function depthFrom(row: Row): QueueDepth {
  return {
    ready: integer(row, 'ready'),
    inFlight: integer(row, 'in_flight'),
    delayed: integer(row, 'delayed'),
    bytes: integer(row, 'bytes'),
    deadLettered: integer(row, 'dead_lettered'),
    expired: integer(row, 'expired'),
  };
}

/** All states, for who goes through them. */
export const waitingStates: readonly number[] = [inFlight, delayed];
