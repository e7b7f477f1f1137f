import type { Blobs } from './disk/blobs.ts';
import type { Change, ObjectStoreOptions } from './store-contract.ts';
import type { ObjectDatabase } from './tables/open-database.ts';
import type { PieceTable } from './tables/pieces.ts';

interface ChangesParts {
  readonly db: ObjectDatabase;
  readonly blobs: Blobs;
  readonly pieces: PieceTable;
  readonly warn: ObjectStoreOptions['warn'];
  /** Called when a change left something in the outbox. */
  readonly noted: () => void;
}

/** Changes of the database, and of the disk what follows from them, in the order in which nothing is lost by a death in between. */
export class Changes {
  /** The database is, or is about to be. */
  closed = false;
  /** Set by a change that puts something into the outbox. */
  hasNotes = false;
  readonly #o: ChangesParts;

  constructor(parts: ChangesParts) {
    this.#o = parts;
  }

  /** Does a change and waits for the disk; then files go where they belong, and those that nobody names any more go. */
  async make<T>(change: () => Change<T>): Promise<T> {
    const { db, blobs, noted } = this.#o;
    const { result, removed = [], placed = [] } = db.transaction(change);
    await db.synced();
    await blobs.place(placed);
    if (removed.length > 0) void this.#discard(removed);
    if (this.hasNotes) {
      this.hasNotes = false;
      noted();
    }
    return result;
  }

  /** At the start: finishes or removes what is unfinished. */
  async sweep(): Promise<void> {
    const { blobs, pieces } = this.#o;
    await blobs.sweep((blob) => pieces.isNamed(blob));
    const garbage = pieces.garbage();
    if (garbage.length > 0) await this.#discard(garbage);
  }

  async #discard(removed: readonly string[]): Promise<void> {
    const { db, blobs, pieces, warn } = this.#o;
    try {
      await blobs.remove(removed);
      if (!this.closed) db.transaction(() => pieces.forget(removed));
    } catch (error) {
      warn(error, 'Files of objects that are gone could not be removed.');
    }
  }
}
