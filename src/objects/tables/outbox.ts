import type { DatabaseSync } from 'node:sqlite';

/** Something that has to be told to somebody. */
export interface Note {
  readonly id: number;
  readonly text: string;
}

/** What is to be told of changes: written with the change, and there until it was told. */
export class Outbox {
  readonly #insert;
  readonly #first;
  readonly #remove;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO outbox (note) VALUES (?)');
    this.#first = database.prepare('SELECT * FROM outbox WHERE id > ? ORDER BY id LIMIT ?');
    this.#remove = database.prepare('DELETE FROM outbox WHERE id = ?');
  }

  /** In the transaction of what is told. */
  add(text: string): void {
    this.#insert.run(text);
  }

  /** Oldest first, behind one. */
  after(id: number, max: number): readonly Note[] {
    return this.#first.all(id, max).map((row) => ({ id: Number(row['id']), text: String(row['note']) }));
  }

  /** It was told. Need not be on the disk at once: then it is told again. */
  remove(id: number): void {
    this.#remove.run(id);
  }
}
