import type { DatabaseSync } from 'node:sqlite';

/** One part of the durable store, as its thread runs it. */
export interface Part<Operations> {
  /** Each brings the part's tables from the version of its index to the next. Never changed once released: only added to. */
  readonly migrations: readonly string[];
  /** Operations that keep something new: they are refused while what the disk has left is needed to end what is there. */
  readonly accepting?: readonly string[];
  /** Operations that go on with what is there, and may keep much: they are refused while half of that is gone, too. */
  readonly continuing?: readonly string[];
  /** Called once, when the tables are there. What it gives runs within a transaction, whose end is not the operation's business. */
  open(database: DatabaseSync): Operations;
}
