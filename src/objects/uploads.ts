import { randomBytes } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import type { Bucket, Piece, StoredObject, Upload } from './contract.ts';
import type { Received } from './disk/receive.ts';
import { ObjectError } from './errors.ts';
import type { Change, NewObject, Write } from './store-contract.ts';
import { objectLimits } from './object-limits.ts';
import { checksumOfParts } from './rules/checksums.ts';
import { etagOfParts, namedPieces, type NamedPart } from './rules/multipart.ts';
import type { PieceTable } from './tables/pieces.ts';
import type { UploadTable } from './tables/uploads.ts';

interface UploadsParts {
  readonly table: UploadTable;
  readonly pieces: PieceTable;
  readonly clock: Clock;
  readonly changed: <T>(change: () => Change<T>) => Promise<T>;
  readonly put: (
    bucket: Bucket,
    object: NewObject,
    write: Write,
    own: (owner: string) => void,
  ) => { readonly stored: StoredObject; readonly removed: readonly string[] };
}

/** Uploads of parts. When one is completed its parts become the object's pieces: no byte is written again. */
export class Uploads {
  readonly #o: UploadsParts;

  constructor(parts: UploadsParts) {
    this.#o = parts;
  }

  /** Throws SlowDown where an account has too many. */
  async begin(bucket: Bucket, about: Omit<Upload, 'id' | 'bucket' | 'begunMs'>): Promise<Upload> {
    const { table, clock, changed } = this.#o;
    return await changed(() => {
      if (table.countOf(bucket.account) >= objectLimits.uploadsPerAccountMax)
        throw new ObjectError(
          'SlowDown',
          `An account may have ${objectLimits.uploadsPerAccountMax} uploads that have not ended: complete or abort some.`,
        );
      const upload = { ...about, id: randomBytes(24).toString('base64url'), bucket: bucket.id, begunMs: clock.wall() };
      table.insert(upload);
      return { result: upload };
    });
  }

  /** Throws NoSuchUpload. */
  get(bucket: Bucket, key: string, id: string): Upload {
    const upload = this.#o.table.find(id);
    if (upload !== undefined && upload.bucket === bucket.id && upload.key === key) return upload;
    throw new ObjectError(
      'NoSuchUpload',
      'The specified upload does not exist. It was completed or aborted, or was begun more than 7 days ago.',
    );
  }

  /** Puts a part, in the place of one of its number. Throws NoSuchUpload where the upload has ended meanwhile. */
  async putPart(bucket: Bucket, upload: Upload, number: number, received: Received): Promise<Piece> {
    const { pieces, clock, changed } = this.#o;
    const { blob, bytes, md5, checksum } = received;
    const piece = { number, blob, bytes, md5, modifiedMs: clock.wall(), ...(checksum !== undefined && { checksum }) };
    return await changed(() => {
      this.get(bucket, upload.key, upload.id);
      const removed = pieces.put(ownerOf(upload.id), piece);
      received.keep();
      return { result: piece, removed, placed: [blob] };
    });
  }

  parts({ id }: Upload, after: number, max: number): readonly Piece[] {
    return this.#o.pieces.after(ownerOf(id), after, max);
  }

  list(
    bucket: Bucket,
    prefix: string,
    after: { readonly key: string; readonly id: string },
    max: number,
  ): readonly Upload[] {
    return this.#o.table.list(bucket.id, prefix, after, max);
  }

  /** Throws what `namedPieces` and `checkWrite` throw, and BadDigest; then the upload goes on. `expected`: the checksum of the whole, where it is said. */
  async complete(
    bucket: Bucket,
    upload: Upload,
    named: readonly NamedPart[],
    write: Write,
    expected?: string,
  ): Promise<StoredObject> {
    const { pieces, changed, put, table } = this.#o;
    const owner = ownerOf(upload.id);
    const there = pieces.of(owner);
    const chosen = namedPieces(named, there, upload);
    const checked = chosen.map(({ bytes, checksum = '' }) => ({ bytes, checksum }));
    const kind = upload.checksum;
    const checksum = kind && (await checksumOfParts(kind.name, kind.type, checked));
    if (expected !== undefined && checksum !== undefined && checksum.value.split('-')[0] !== expected.split('-')[0])
      throw new ObjectError(
        'BadDigest',
        `The ${checksum.name} you specified did not match the calculated checksum: ${checksum.value}.`,
      );
    const { key, headers, metadata, tags } = upload;
    const bytes = chosen.reduce((sum, piece) => sum + piece.bytes, 0);
    const object = {
      key,
      headers,
      metadata,
      tags,
      bytes,
      etag: etagOfParts(chosen),
      parts: chosen.length,
      ...(checksum && { checksum }),
    };
    return await changed(() => {
      this.get(bucket, key, upload.id);
      // Parts that came meanwhile are others than those that were checked.
      if (chosen.some(({ number, blob }) => pieces.get(owner, number)?.blob !== blob))
        throw new ObjectError('InvalidPart', 'Parts of this upload were uploaded again while it was completed.');
      const { stored, removed } = put(bucket, object, write, (to) => {
        for (const { number } of chosen) pieces.give(owner, number, to);
      });
      table.remove(upload.id);
      return { result: stored, removed: [...removed, ...pieces.dropAll(owner)] };
    });
  }

  async abort(upload: Upload): Promise<void> {
    await this.#o.changed(() => ({ result: undefined, removed: this.#drop(upload) }));
  }

  /** In a transaction: all of a bucket; gives their blobs. */
  dropAllOf(bucket: number): readonly string[] {
    return this.#o.table.of(bucket).flatMap((upload) => this.#drop(upload));
  }

  /** Those of which nothing came for 7 days. */
  async dropOld(): Promise<void> {
    const { table, clock, changed } = this.#o;
    const old = table.begunBefore(clock.wall() - objectLimits.uploadMsMax);
    if (old.length > 0)
      await changed(() => ({ result: undefined, removed: old.flatMap((upload) => this.#drop(upload)) }));
  }

  #drop({ id }: Upload): readonly string[] {
    this.#o.table.remove(id);
    return this.#o.pieces.dropAll(ownerOf(id));
  }
}

function ownerOf(id: string): string {
  return `u${id}`;
}
