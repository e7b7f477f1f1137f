import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { Bucket, ObjectAbout, ObjectChange, StoredObject } from './contract.ts';
import { Changes } from './changes.ts';
import { Blobs } from './disk/blobs.ts';
import { readPieces } from './disk/read-pieces.ts';
import { receive, type Promised, type Received } from './disk/receive.ts';
import { noSuchBucket, noSuchKey, ObjectError } from './errors.ts';
import { objectLimits } from './object-limits.ts';
import { checkWrite } from './rules/conditions.ts';
import { listPage, type ListPage, type ListWish } from './rules/listing.ts';
import type { NewObject, ObjectStoreOptions, Reading, Write } from './store-contract.ts';
import type { ByteRange } from './rules/ranges.ts';
import { BucketTable } from './tables/buckets.ts';
import { ObjectTable } from './tables/objects.ts';
import { openDatabase, type ObjectDatabase } from './tables/open-database.ts';
import { Outbox } from './tables/outbox.ts';
import { PieceTable } from './tables/pieces.ts';
import { UploadTable } from './tables/uploads.ts';
import { Uploads } from './uploads.ts';

/**
 * Objects in buckets of accounts: their bytes in files, all else in SQLite. Whatever resolves after a change means that the change is on the disk; what is
 * killed in between has happened or has not.
 *
 * In this room: `rules/` decides (pure), `tables/` is the database, `disk/` the files; `uploads.ts` are uploads of parts.
 */
export class ObjectStore implements AsyncDisposable {
  readonly buckets: BucketTable;
  readonly uploads: Uploads;
  readonly outbox: Outbox;
  /** Asked within each change what is to be told of it, to be found in the outbox from then on. */
  notesOf: (change: ObjectChange) => readonly string[] = () => [];
  /** Called when there is something in the outbox. */
  noted: () => void = () => undefined;
  readonly #db: ObjectDatabase;
  readonly #changes: Changes;
  readonly #blobs: Blobs;
  readonly #objects: ObjectTable;
  readonly #pieces: PieceTable;
  readonly #clock: Clock;

  private constructor(db: ObjectDatabase, blobs: Blobs, { clock, warn }: ObjectStoreOptions) {
    this.#db = db;
    this.#blobs = blobs;
    this.#clock = clock;
    this.buckets = new BucketTable(db.database);
    this.outbox = new Outbox(db.database);
    this.#objects = new ObjectTable(db.database);
    this.#pieces = new PieceTable(db.database);
    this.#changes = new Changes({ db, blobs, pieces: this.#pieces, warn, noted: () => this.noted() });
    this.uploads = new Uploads({
      table: new UploadTable(db.database),
      pieces: this.#pieces,
      clock,
      changed: (change) => this.#changes.make(change),
      put: (bucket, object, write, own) => this.#insert(bucket, object, write, own),
    });
  }

  /** Opens it, and finishes or removes what a service before left unfinished. */
  static async open(options: ObjectStoreOptions): Promise<ObjectStore> {
    const blobs = new Blobs(options.folder);
    const store = new ObjectStore(await openDatabase(join(options.folder, 'objects.sqlite')), blobs, options);
    await store.#changes.sweep();
    await store.uploads.dropOld();
    return store;
  }

  async createBucket(account: string, name: string, region: string): Promise<void> {
    this.buckets.create(account, name, region, this.#clock.wall());
    await this.#db.synced();
  }

  /** Throws BucketNotEmpty. Uploads that have not ended go with it. */
  async removeBucket(bucket: Bucket): Promise<void> {
    await this.#changes.make(() => {
      this.buckets.remove(bucket);
      return { result: undefined, removed: this.uploads.dropAllOf(bucket.id) };
    });
  }

  /** Sets something of a bucket or an access point, by `change`. */
  async configure(change: () => void): Promise<void> {
    change();
    await this.#db.synced();
  }

  /** Bytes that are to become an object or a part. */
  receive(body: AsyncIterable<Uint8Array>, promised: Promised): Promise<Received> {
    return receive(this.#blobs, body, promised);
  }

  /** Bytes that were received and are nobody's yet. */
  bytesOf({ blob, bytes }: Received, range: ByteRange): AsyncIterable<Uint8Array> {
    return readPieces(this.#blobs, [{ blob, bytes }], range);
  }

  /** Puts an object of one piece where it belongs. Throws PreconditionFailed; NoSuchBucket where the bucket has gone meanwhile. */
  async put(bucket: Bucket, object: NewObject, received: Received, write: Write): Promise<StoredObject> {
    const { blob, bytes, md5, checksum } = received;
    const piece = {
      number: 1,
      blob,
      bytes,
      md5,
      modifiedMs: this.#clock.wall(),
      ...(checksum !== undefined && { checksum }),
    };
    return await this.#changes.make(() => {
      const { stored, removed } = this.#insert(bucket, object, write, (owner) => void this.#pieces.put(owner, piece));
      received.keep();
      return { result: stored, removed, placed: [blob] };
    });
  }

  /** A copy of what is read, whose bytes are on the disk once. */
  async copy(bucket: Bucket, reading: Reading, object: NewObject, write: Write): Promise<StoredObject> {
    const blobs: string[] = [];
    let isKept = false;
    try {
      for (const { blob } of reading.pieces) blobs.push(await this.#blobs.duplicate(blob));
      return await this.#changes.make(() => {
        const { stored, removed } = this.#insert(bucket, object, write, (owner) =>
          reading.pieces.forEach((piece, index) => this.#pieces.put(owner, { ...piece, blob: blobs[index] ?? '' })),
        );
        isKept = true;
        return { result: stored, removed, placed: blobs };
      });
    } catch (error) {
      if (!isKept) await this.#blobs.remove(blobs);
      throw error;
    }
  }

  find(bucket: Bucket, key: string): StoredObject | undefined {
    return this.#objects.find(bucket.id, key);
  }

  /** Throws NoSuchKey. */
  read(bucket: Bucket, key: string): Reading {
    const object = this.find(bucket, key);
    if (object === undefined) throw noSuchKey(key);
    const pieces = this.#pieces.of(ownerOf(object.id));
    const pin = this.#blobs.pin(pieces.map(({ blob }) => blob));
    return {
      object,
      pieces,
      bytes: (range) => readPieces(this.#blobs, pieces, range),
      [Symbol.dispose]: () => pin[Symbol.dispose](),
    };
  }

  /** Removes objects; gives those that were there. Throws PreconditionFailed, and then all are there. */
  async remove(
    bucket: Bucket,
    keys: readonly string[],
    { conditions, cause }: Write,
  ): Promise<readonly StoredObject[]> {
    return await this.#changes.make(() => {
      const result: StoredObject[] = [];
      const removed: string[] = [];
      for (const key of keys) {
        const object = this.find(bucket, key);
        checkWrite(conditions, object);
        if (object === undefined) continue;
        removed.push(...this.#drop(bucket.id, object));
        result.push(object);
        this.#note({ bucket, object, cause, atMs: this.#clock.wall() });
      }
      return { result, removed };
    });
  }

  /** Changes what is said of an object. Throws NoSuchKey. */
  async setAbout(bucket: Bucket, key: string, change: (object: StoredObject) => ObjectAbout): Promise<void> {
    await this.#changes.make(() => {
      const object = this.find(bucket, key);
      if (object === undefined) throw noSuchKey(key);
      this.#objects.setAbout(object.id, change(object));
      return { result: undefined };
    });
  }

  list(bucket: Bucket, wish: ListWish): ListPage {
    return listPage(wish, (from) => this.#objects.from(bucket.id, from));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#changes.closed) return;
    this.#changes.closed = true;
    await this.#db[Symbol.asyncDispose]();
  }

  /** In a transaction. `own` makes the pieces the object's. */
  #insert(
    bucket: Bucket,
    object: NewObject,
    { conditions, cause }: Write,
    own: (owner: string) => void,
  ): { readonly stored: StoredObject; readonly removed: readonly string[] } {
    if (this.buckets.find(bucket.account, bucket.name)?.id !== bucket.id) throw noSuchBucket(bucket.name);
    const current = this.find(bucket, object.key);
    checkWrite(conditions, current);
    const { objects } = this.buckets.totals(bucket.account);
    if (current === undefined && objects >= objectLimits.objectsPerAccountMax)
      throw new ObjectError('InsufficientStorage', `An account may have ${objectLimits.objectsPerAccountMax} objects.`);
    const removed = current === undefined ? [] : this.#drop(bucket.id, current);
    const stored = { ...object, modifiedMs: this.#clock.wall() };
    const id = this.#objects.insert(bucket.id, stored);
    own(ownerOf(id));
    this.buckets.count(bucket.id, 1, object.bytes);
    this.#note({ bucket, object, cause, atMs: stored.modifiedMs });
    return { stored: { ...stored, id }, removed };
  }

  #note(change: ObjectChange): void {
    for (const text of this.notesOf(change)) {
      this.outbox.add(text);
      this.#changes.hasNotes = true;
    }
  }

  #drop(bucket: number, { id, bytes }: StoredObject): readonly string[] {
    this.#objects.remove(id);
    this.buckets.count(bucket, -1, -bytes);
    return this.#pieces.dropAll(ownerOf(id));
  }
}

function ownerOf(id: number): string {
  return `o${id}`;
}
