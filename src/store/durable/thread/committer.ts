import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreFullError } from '../contracts/durable-store.ts';
import type { Part } from '../part.ts';
import { isFull, type DiskRoom, type RoomNeed } from './disk-room.ts';
import type { Ask, Outcome } from './messages.ts';

/** A part whose tables are there. */
export interface OpenPart {
  readonly operations: object;
  /** Operations that are refused where there is too little room for what they are for. */
  readonly needs: ReadonlyMap<string, RoomNeed>;
}

/** Opens all parts of a database. */
export function openParts(
  database: DatabaseSync,
  parts: Readonly<Record<string, Part<object>>>,
): Map<string, OpenPart> {
  const open = (part: Part<object>): OpenPart => ({
    operations: part.open(database),
    needs: new Map([
      ...(part.accepting ?? []).map((name) => [name, 'new'] as const),
      ...(part.continuing ?? []).map((name) => [name, 'more'] as const),
    ]),
  });
  return new Map(Object.entries(parts).map(([name, part]) => [name, open(part)]));
}

/**
 * Runs operations in one transaction, each in a savepoint of its own: what one throws undoes that one. What the commit throws, all
 * get. With `synchronous = FULL` a commit in WAL mode is one `fsync`, however many operations it holds; with `NORMAL` it is none
 * (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export class Committer {
  readonly #database: DatabaseSync;
  readonly #parts: ReadonlyMap<string, OpenPart>;
  readonly #room: Pick<DiskRoom, 'refusal' | 'relieve' | 'fold'> | undefined;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #always: 'OFF' | undefined;
  #synchronous = '';

  /** Without `room` nothing is refused but by the disk itself. `always`: how durable commits are here, whatever is asked for, as others have them, too. */
  constructor(
    database: DatabaseSync,
    parts: ReadonlyMap<string, OpenPart>,
    room?: Pick<DiskRoom, 'refusal' | 'relieve' | 'fold'>,
    always?: 'OFF',
  ) {
    this.#always = always;
    this.#room = room;
    this.#database = database;
    this.#parts = parts;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#savepoint = database.prepare('SAVEPOINT one');
    this.#release = database.prepare('RELEASE one');
  }

  /**
   * Gives the outcome of each, in their order, once they are as durable as the most demanding of them asks. Where the disk has no room for the
   * journal to grow, it is done once more after the journal was folded into the database.
   */
  run(asks: readonly Ask[]): readonly Outcome[] {
    try {
      this.#room?.relieve();
      return this.#together(asks);
    } catch (error) {
      if (!isFull(error) || this.#room?.fold() !== true) return asks.map(({ id }) => failed(id, error));
    }
    try {
      return this.#together(asks);
    } catch (error) {
      return asks.map(({ id }) => failed(id, error));
    }
  }

  /** Nothing of it is there where it throws. */
  #together(asks: readonly Ask[]): readonly Outcome[] {
    try {
      const asked = asks.some(({ durability }) => durability === 'disk') ? 'FULL' : 'NORMAL';
      this.#makeSynchronous(this.#always ?? asked);
      this.#begin.run();
      const outcomes = asks.map((ask) => this.#one(ask));
      this.#commit.run();
      return outcomes;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #one(ask: Ask): Outcome {
    this.#savepoint.run();
    try {
      const part = this.#parts.get(ask.part);
      const operation: unknown = part === undefined ? undefined : Reflect.get(part.operations, ask.operation);
      if (typeof operation !== 'function')
        throw new TypeError(`There is no ${ask.part}.${ask.operation} in the durable store.`);
      const need = part?.needs.get(ask.operation);
      const full = need === undefined ? undefined : this.#room?.refusal(need);
      if (full !== undefined) throw new StoreFullError(full);
      const value: unknown = Reflect.apply(operation, part?.operations, [ask.input]);
      this.#release.run();
      return { id: ask.id, value };
    } catch (error) {
      // A disk that is full may have ended the whole transaction: then it is all of them that failed.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO one; RELEASE one');
      return failed(ask.id, error);
    }
  }

  #makeSynchronous(level: 'FULL' | 'NORMAL' | 'OFF'): void {
    if (level === this.#synchronous) return;
    this.#database.exec(`PRAGMA synchronous = ${level}`);
    this.#synchronous = level;
  }
}

function failed(id: number, error: unknown): Outcome {
  if (!(error instanceof Error)) return { id, error: { name: 'Error', message: String(error) } };
  return { id, error: { name: isFull(error) ? 'StoreFullError' : error.name, message: error.message } };
}
