import { open, type FileHandle } from 'node:fs/promises';
import { pageBytes, type MemoryMapping, type PageRun } from './dirty-pages.ts';

/** Moved at a time, pages: 4 MiB. */
const pagesAtOnce = 1_024;

/** A place in one file, and its counterpart in another, bytes. */
interface Piece {
  readonly of: number;
  readonly to: number;
  readonly bytes: number;
}

/** Writes pages of a process to a file, one after the other. The process must stand still. */
export async function savePages(
  pid: number,
  { from }: MemoryMapping,
  runs: readonly PageRun[],
  path: string,
): Promise<void> {
  await using memory = await open(`/proc/${pid}/mem`, 'r');
  await using file = await open(path, 'wx', 0o600);
  await copy(memory, file, pieces(runs, from));
}

/** Puts pages that were saved where they belong in a process that was started with the same memory. */
export async function loadPages(
  pid: number,
  { from }: MemoryMapping,
  runs: readonly PageRun[],
  path: string,
): Promise<void> {
  await using file = await open(path, 'r');
  await using memory = await open(`/proc/${pid}/mem`, 'r+');
  await copy(file, memory, pieces(runs, from), true);
}

/** In the file, pages lie one after the other. */
function* pieces(runs: readonly PageRun[], from: number): Generator<Piece> {
  let to = 0;
  for (const { page, count } of runs)
    for (let done = 0; done < count; done += pagesAtOnce) {
      const bytes = Math.min(pagesAtOnce, count - done) * pageBytes;
      yield { of: from + (page + done) * pageBytes, to, bytes };
      to += bytes;
    }
}

async function copy(source: FileHandle, target: FileHandle, all: Iterable<Piece>, back = false): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(pagesAtOnce * pageBytes);
  // Runs are short: as many as fit are gathered, so that the file is read and written in large pieces.
  for (const batch of batches(all)) {
    const [first] = batch;
    if (first === undefined) continue;
    const bytes = batch.reduce((sum, piece) => sum + piece.bytes, 0);
    if (back) await whole(source.read(buffer, 0, bytes, first.to), bytes);
    for (const piece of batch) {
      const at = piece.to - first.to;
      if (back) await whole(target.write(buffer, at, piece.bytes, piece.of), piece.bytes);
      else await whole(source.read(buffer, at, piece.bytes, piece.of), piece.bytes);
    }
    if (!back) await whole(target.write(buffer, 0, bytes, first.to), bytes);
  }
}

function* batches(all: Iterable<Piece>): Generator<readonly Piece[]> {
  let batch: Piece[] = [];
  let bytes = 0;
  for (const piece of all) {
    if (bytes + piece.bytes > pagesAtOnce * pageBytes) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(piece);
    bytes += piece.bytes;
  }
  yield batch;
}

async function whole(
  done: Promise<{ readonly bytesRead?: number; readonly bytesWritten?: number }>,
  bytes: number,
): Promise<void> {
  const { bytesRead, bytesWritten } = await done;
  if ((bytesRead ?? bytesWritten) !== bytes)
    throw new Error(`Of ${bytes} bytes of a guest's memory ${bytesRead ?? bytesWritten} were moved.`);
}
