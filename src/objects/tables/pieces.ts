import type { DatabaseSync } from 'node:sqlite';
import type { Piece } from '../contract.ts';
import type { Row } from './values.ts';

/** Pieces of objects (`o` and its id) and of uploads (`u` and its id), and blobs that nobody names any more. */
export class PieceTable {
  readonly #insert;
  readonly #of;
  readonly #after;
  readonly #one;
  readonly #remove;
  readonly #named;
  readonly #give;
  readonly #discard;
  readonly #garbage;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#of = database.prepare('SELECT * FROM pieces WHERE owner = ? ORDER BY number');
    this.#after = database.prepare('SELECT * FROM pieces WHERE owner = ? AND number > ? ORDER BY number LIMIT ?');
    this.#one = database.prepare('SELECT * FROM pieces WHERE owner = ? AND number = ?');
    this.#remove = database.prepare('DELETE FROM pieces WHERE owner = ? AND number = ?');
    this.#named = database.prepare('SELECT 1 FROM pieces WHERE blob = ?');
    this.#give = database.prepare('UPDATE pieces SET owner = ? WHERE owner = ? AND number = ?');
    this.#discard = database.prepare('INSERT OR IGNORE INTO garbage VALUES (?)');
    this.#garbage = database.prepare('SELECT blob FROM garbage');
    this.#forget = database.prepare('DELETE FROM garbage WHERE blob = ?');
  }

  /** In order. */
  of(owner: string): readonly Piece[] {
    return this.#of.all(owner).map(pieceIn);
  }

  after(owner: string, number: number, max: number): readonly Piece[] {
    return this.#after.all(owner, number, max).map(pieceIn);
  }

  get(owner: string, number: number): Piece | undefined {
    const row = this.#one.get(owner, number);
    return row && pieceIn(row);
  }

  /** In a transaction: takes the place of one of its number; gives the blobs that nobody names now. */
  put(owner: string, { number, blob, bytes, md5, checksum, modifiedMs }: Piece): readonly string[] {
    const removed = this.drop(owner, this.get(owner, number));
    this.#insert.run(owner, number, blob, bytes, md5, checksum ?? null, modifiedMs);
    return removed;
  }

  /** In a transaction: one owner's piece becomes another's. */
  give(owner: string, number: number, to: string): void {
    this.#give.run(to, owner, number);
  }

  /** In a transaction: removes all pieces of an owner; gives their blobs. */
  dropAll(owner: string): readonly string[] {
    return this.of(owner).flatMap((piece) => this.drop(owner, piece));
  }

  /** In a transaction. */
  drop(owner: string, piece: Piece | undefined): readonly string[] {
    if (piece === undefined) return [];
    this.#remove.run(owner, piece.number);
    this.#discard.run(piece.blob);
    return [piece.blob];
  }

  isNamed(blob: string): boolean {
    return this.#named.get(blob) !== undefined;
  }

  /** Blobs whose rows are gone, and whose files may be there. */
  garbage(): readonly string[] {
    return this.#garbage.all().map((row) => String(row['blob']));
  }

  /** Their files are gone. */
  forget(blobs: readonly string[]): void {
    for (const blob of blobs) this.#forget.run(blob);
  }
}

function pieceIn(row: Row): Piece {
  const { checksum } = row;
  return {
    number: Number(row['number']),
    blob: String(row['blob']),
    bytes: Number(row['bytes']),
    md5: String(row['md5']),
    modifiedMs: Number(row['modified_ms']),
    ...(typeof checksum === 'string' && { checksum }),
  };
}
