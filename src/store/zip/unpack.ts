import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import type { CodeFile } from '../../model/code.ts';
import { limits } from '../../model/limits.ts';
import { entryData } from './entry-data.ts';
import { EntryNames } from './entry-name.ts';
import { ZipRefusedError } from './refusal.ts';

/** What an archive may hold; defaults are the service's limits. */
export interface UnpackLimits {
  readonly filesMax: number;
  readonly bytesMax: number;
  /** Unpacked ÷ packed size of one entry larger than 1 MiB. */
  readonly ratioMax: number;
}

const serviceLimits: UnpackLimits = {
  filesMax: limits.codeFilesMax,
  bytesMax: limits.codeBytesMax,
  ratioMax: limits.codeRatioMax,
};

/** `S_IFMT` and its values, in the upper half of an entry's external attributes where a Unix program made it. */
const fileTypeMask = 0o170000;
const fileTypes: Readonly<Record<number, string>> = {
  0o010000: 'a pipe',
  0o020000: 'a device',
  0o060000: 'a device',
  0o120000: 'a link',
  0o140000: 'a socket',
};

/**
 * Unpacks a zip file into memory. All declared names, kinds and sizes are checked before the first byte is unpacked, and
 * the data are checked against the declarations. Throws ZipRefusedError for everything that is not a plain, honest
 * archive of regular files.
 */
export async function unpackZip(zip: Uint8Array, allowed: UnpackLimits = serviceLimits): Promise<readonly CodeFile[]> {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  try {
    const archive = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
    const entries = await checkedEntries(archive, allowed);
    const files: CodeFile[] = [];
    for (const entry of entries)
      files.push({
        path: entry.fileName,
        mode: (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644,
        data: await entryData(archive, bytes, entry),
      });
    return files;
  } catch (error) {
    if (error instanceof ZipRefusedError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ZipRefusedError(`It is no valid zip file: ${reason}.`, { cause: error });
  }
}

async function checkedEntries(archive: ZipFile, allowed: UnpackLimits): Promise<readonly Entry[]> {
  if (archive.entryCount > allowed.filesMax)
    throw new ZipRefusedError(`It declares ${archive.entryCount} entries; at most ${allowed.filesMax} are allowed.`);
  const names = new EntryNames();
  const files: Entry[] = [];
  let total = 0;
  for await (const entry of archive.eachEntry()) {
    names.add(entry.fileName);
    checkKind(entry);
    checkRatio(entry, allowed);
    total += entry.uncompressedSize;
    if (total > allowed.bytesMax)
      throw new ZipRefusedError(`Unzipped size must be smaller than ${allowed.bytesMax} bytes.`);
    if (!entry.fileName.endsWith('/')) files.push(entry);
  }
  if (files.length === 0) throw new ZipRefusedError('Uploaded file must be a non-empty zip.');
  return files;
}

function checkKind(entry: Entry): void {
  const name = JSON.stringify(entry.fileName);
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
  const isFolder = entry.fileName.endsWith('/');
  if (type !== 0 && type !== (isFolder ? 0o040000 : 0o100000))
    throw new ZipRefusedError(
      `The entry ${name} is ${fileTypes[type] ?? 'no regular file'}; only files and folders are allowed.`,
    );
  if (entry.isEncrypted()) throw new ZipRefusedError(`The entry ${name} is encrypted.`);
  if (!entry.canDecodeFileData())
    throw new ZipRefusedError(
      `The entry ${name} is packed by method ${entry.compressionMethod}; use store (0) or deflate (8).`,
    );
  if (isFolder && entry.uncompressedSize !== 0) throw new ZipRefusedError(`The folder ${name} has content.`);
}

function checkRatio(entry: Entry, allowed: UnpackLimits): void {
  if (entry.uncompressedSize <= 1_048_576) return;
  if (entry.uncompressedSize > entry.compressedSize * allowed.ratioMax)
    throw new ZipRefusedError(
      `The entry ${JSON.stringify(entry.fileName)} unpacks to more than ${allowed.ratioMax} times its size, as a zip bomb would.`,
    );
}
