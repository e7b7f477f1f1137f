import type { Clock } from '../model/clock.ts';
import type { Cause, ObjectAbout, Piece, StoredObject } from './contract.ts';
import type { ObjectChecksum } from './rules/checksums.ts';
import type { Conditions } from './rules/conditions.ts';
import type { ByteRange } from './rules/ranges.ts';

/** What object storage is opened with. `warn` is told what could not be done, and is tried again at the next start. */
export interface ObjectStoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly warn: (error: unknown, what: string) => void;
}

/** An object that somebody reads: its bytes stay until this is disposed, whatever becomes of the object. */
export interface Reading extends Disposable {
  readonly object: StoredObject;
  readonly pieces: readonly Piece[];
  /** What is given may be overwritten when the next is asked for. */
  bytes(range: ByteRange): AsyncIterable<Uint8Array>;
}

/** What an object becomes when its bytes are there. */
export interface NewObject extends ObjectAbout {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly checksum?: ObjectChecksum;
  readonly parts?: number;
}

/** How something is written: on what condition, and why. */
export interface Write {
  readonly conditions: Conditions;
  readonly cause: Cause;
}

/** What a transaction gives, and what of the disk follows from it. */
export interface Change<T> {
  readonly result: T;
  readonly removed?: readonly string[];
  readonly placed?: readonly string[];
}
