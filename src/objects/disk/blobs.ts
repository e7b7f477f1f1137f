import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { link, open, readdir, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectError } from '../errors.ts';
import { objectLimits } from '../object-limits.ts';
import { GroupSync } from './group-sync.ts';

/**
 * Files with the bytes of objects, under random names. One is written in `staging/`, synced, named by a row of the database, and moved to `data/` when
 * that is on the disk: whatever is in `staging/` at a start is either named by a row, and moved, or nobody's, and removed. So nobody ever has to look
 * through `data/`. One that is being read is removed when the last reader has left.
 */
export class Blobs {
  readonly #folder: string;
  readonly #staging: string;
  readonly #entries: GroupSync;
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Map<string, () => void>();
  #writes = 0;

  /** Makes its folders where they are missing. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#staging = join(folder, 'staging');
    mkdirSync(this.#staging, { recursive: true, mode: 0o700 });
    for (let byte = 0; byte < 256; byte++)
      mkdirSync(join(folder, 'data', byte.toString(16).padStart(2, '0')), { recursive: true, mode: 0o700 });
    this.#entries = new GroupSync(async () => {
      await using handle = await open(this.#staging, 'r');
      await handle.sync();
    });
  }

  /** A new file to be written, which removes itself unless it is {@link place}d. Throws SlowDown, InsufficientStorage. */
  async create(bytesExpected: number): Promise<BlobWriter> {
    if (this.#writes >= objectLimits.writesMax)
      throw new ObjectError(
        'SlowDown',
        `Please reduce your request rate: ${objectLimits.writesMax} writes are under way.`,
      );
    this.#writes += 1;
    try {
      await this.checkFree(bytesExpected);
      const blob = randomBytes(16).toString('hex');
      const file = await open(join(this.#staging, blob), 'wx', 0o600);
      return new BlobWriter(blob, file, this.#entries, {
        checkFree: () => this.checkFree(0),
        closed: () => (this.#writes -= 1),
        remove: () => rm(join(this.#staging, blob), { force: true }),
      });
    } catch (error) {
      this.#writes -= 1;
      throw diskError(error);
    }
  }

  /** The same bytes under another name, which is as if it had been written. Throws InsufficientStorage. */
  async duplicate(blob: string): Promise<string> {
    const copy = randomBytes(16).toString('hex');
    try {
      await link(this.#path(blob), join(this.#staging, copy)).catch(() =>
        link(join(this.#staging, blob), join(this.#staging, copy)),
      );
      await this.#entries.sync();
      return copy;
    } catch (error) {
      throw diskError(error);
    }
  }

  /** Moves what rows on the disk name to where it stays. */
  async place(blobs: readonly string[]): Promise<void> {
    await Promise.all(blobs.map((blob) => rename(join(this.#staging, blob), this.#path(blob))));
  }

  /** Removes files that no row names any more, each as soon as nobody reads it; resolves then. */
  async remove(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) {
      if (this.#pins.has(blob)) await new Promise<void>((resolve) => this.#doomed.set(blob, resolve));
      await rm(this.#path(blob), { force: true });
      await rm(join(this.#staging, blob), { force: true });
    }
  }

  /** Keeps files until this is disposed. */
  pin(blobs: readonly string[]): Disposable {
    for (const blob of blobs) this.#pins.set(blob, (this.#pins.get(blob) ?? 0) + 1);
    let pinned = true;
    return {
      [Symbol.dispose]: () => {
        if (!pinned) return;
        pinned = false;
        for (const blob of blobs) this.#unpin(blob);
      },
    };
  }

  /** Opens one for reading, wherever it is on its way. */
  async read(blob: string): Promise<FileHandle> {
    const missing = (error: unknown): void => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    };
    for (const path of [this.#path(blob), join(this.#staging, blob)]) {
      const file = await open(path, 'r').catch(missing);
      if (file !== undefined) return file;
    }
    return await open(this.#path(blob), 'r');
  }

  /** At the start: what is unfinished is finished or removed. Gives how many were removed. */
  async sweep(isNamed: (blob: string) => boolean): Promise<number> {
    const left = await readdir(this.#staging);
    const named = left.filter(isNamed);
    await this.place(named);
    const removed = left.filter((blob) => !named.includes(blob));
    for (const blob of removed) await rm(join(this.#staging, blob), { force: true });
    return removed.length;
  }

  /** Throws InsufficientStorage where so many bytes would leave too little for everything else. */
  async checkFree(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#staging);
    if (bavail * bsize - bytes < objectLimits.freeBytesMin) throw diskFull(`${bavail * bsize} bytes are free`);
  }

  #path(blob: string): string {
    return join(this.#folder, 'data', blob.slice(0, 2), blob);
  }

  #unpin(blob: string): void {
    const left = (this.#pins.get(blob) ?? 1) - 1;
    if (left > 0) return void this.#pins.set(blob, left);
    this.#pins.delete(blob);
    this.#doomed.get(blob)?.();
    this.#doomed.delete(blob);
  }
}

interface WriterParts {
  readonly checkFree: () => Promise<void>;
  readonly closed: () => void;
  readonly remove: () => Promise<void>;
}

const gatheredBytesMax = 1_048_576;
const freeCheckedBytes = 134_217_728;

/** Writes one file. To be disposed, whatever came of it. */
export class BlobWriter implements AsyncDisposable {
  readonly blob: string;
  bytes = 0;
  readonly #file: FileHandle;
  readonly #entries: GroupSync;
  readonly #parts: WriterParts;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #checkedBytes = 0;
  #kept = false;
  #closed = false;

  constructor(blob: string, file: FileHandle, entries: GroupSync, parts: WriterParts) {
    this.blob = blob;
    this.#file = file;
    this.#entries = entries;
    this.#parts = parts;
  }

  /** The data must not change until `finish`, or the next but some writes. Throws InsufficientStorage. */
  async write(data: Uint8Array): Promise<void> {
    this.#gathered.push(data);
    this.#gatheredBytes += data.length;
    this.bytes += data.length;
    if (this.#gatheredBytes >= gatheredBytesMax) await this.#flush();
  }

  /** Resolves when all of it is on the disk, under its name. Throws InsufficientStorage. */
  async finish(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
      await this.#close();
      await this.#entries.sync();
    } catch (error) {
      throw diskError(error);
    }
  }

  /** It is named by a row that was committed: it is not removed. */
  keep(): void {
    this.#kept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    if (!this.#kept) await this.#parts.remove();
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.closed();
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const data = this.#gathered;
    this.#gathered = [];
    this.#checkedBytes += this.#gatheredBytes;
    this.#gatheredBytes = 0;
    try {
      if (this.#checkedBytes >= freeCheckedBytes) {
        this.#checkedBytes = 0;
        await this.#parts.checkFree();
      }
      if (data.length > 0) await writeAll(this.#file, data);
    } catch (error) {
      throw diskError(error);
    }
  }
}

/** A `writev` may write less than it was given. */
async function writeAll(file: FileHandle, data: Uint8Array[]): Promise<void> {
  const all = data.reduce((sum, each) => sum + each.length, 0);
  const { bytesWritten } = await file.writev(data);
  if (bytesWritten < all) await file.write(Buffer.concat(data).subarray(bytesWritten));
}

function diskFull(why: string, cause?: unknown): ObjectError {
  return new ObjectError('InsufficientStorage', `There is no room on the disk of this service: ${why}.`, cause);
}

function diskError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' ? diskFull(code, error) : error;
}
