import { posix } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { type CodeFile, isLink, linkMode } from '../../model/functions/code.ts';
import { limits } from '../../model/limits.ts';
import { entryData } from './entry-data.ts';
import { EntryNames } from './entry-name.ts';
import { ZipRefusedError } from './refusal.ts';

/** What an archive may hold; defaults are the service's limits. */
export interface UnpackLimits {
  readonly filesMax: number;
  readonly bytesMax: number;
  /** Unpacked ÷ packed size of the whole, where it unpacks to more than `ratioBytesMin`. */
  readonly ratioMax: number;
  readonly ratioBytesMin: number;
}

const serviceLimits: UnpackLimits = {
  filesMax: limits.codeFilesMax,
  bytesMax: limits.codeBytesMax,
  ratioMax: limits.codeRatioMax,
  ratioBytesMin: limits.codeRatioBytesMin,
};

/** `S_IFMT` and its values, in the upper half of an entry's external attributes where a Unix program made it. */
const fileTypeMask = 0o170000;
const fileTypes: Readonly<Record<number, string>> = {
  0o010000: 'a pipe',
  0o020000: 'a device',
  0o060000: 'a device',
  0o140000: 'a socket',
};

/**
 * Unpacks a zip file into memory. All declared names, kinds and sizes are checked before the first byte is unpacked, and
 * the data are checked against the declarations. Throws ZipRefusedError for everything that is not a plain, honest
 * archive of regular files, and symbolic links that stay inside it.
 */
export async function unpackZip(zip: Uint8Array, allowed: UnpackLimits = serviceLimits): Promise<readonly CodeFile[]> {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  try {
    const archive = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
    const entries = await checkedEntries(archive, allowed);
    const files: CodeFile[] = [];
    for (const entry of entries) {
      const data = await entryData(archive, bytes, entry);
      if (isLink({ mode: modeOf(entry) })) checkTarget(entry.fileName, data);
      files.push({ path: entry.fileName, mode: codeMode(modeOf(entry)), data });
    }
    return files;
  } catch (error) {
    if (error instanceof ZipRefusedError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ZipRefusedError(`It is no valid zip file: ${reason.replace(/\.$/, '')}.`, { cause: error });
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
    total += entry.uncompressedSize;
    if (total > allowed.bytesMax)
      throw new ZipRefusedError(`Unzipped size must be smaller than ${allowed.bytesMax} bytes.`);
    if (!entry.fileName.endsWith('/')) files.push(entry);
  }
  checkRatio(total, archive.fileSize, allowed);
  if (files.length === 0) throw new ZipRefusedError('Uploaded file must be a non-empty zip.');
  return files;
}

function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16;
}

/** Of a file's mode only whether it can be executed counts. */
function codeMode(mode: number): number {
  if (isLink({ mode })) return linkMode;
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}

function checkKind(entry: Entry): void {
  const name = JSON.stringify(entry.fileName);
  const type = modeOf(entry) & fileTypeMask;
  const isFolder = entry.fileName.endsWith('/');
  const link = isLink({ mode: modeOf(entry) }) && !isFolder;
  if (type !== 0 && !link && type !== (isFolder ? 0o040000 : 0o100000))
    throw new ZipRefusedError(
      `The entry ${name} is ${fileTypes[type] ?? 'no regular file'}; only files, folders and symbolic links are allowed.`,
    );
  if (link && entry.uncompressedSize > limits.codeLinkBytesMax)
    throw new ZipRefusedError(`The link ${name} leads to a name of more than ${limits.codeLinkBytesMax} bytes.`);
  if (entry.isEncrypted()) throw new ZipRefusedError(`The entry ${name} is encrypted.`);
  if (!entry.canDecodeFileData())
    throw new ZipRefusedError(
      `The entry ${name} is packed by method ${entry.compressionMethod}; use store (0) or deflate (8).`,
    );
  if (isFolder && entry.uncompressedSize !== 0) throw new ZipRefusedError(`The folder ${name} has content.`);
}

/** A link leads to something inside the archive, wherever the archive is unpacked. */
function checkTarget(name: string, data: Uint8Array): void {
  const refuse = (what: string): never => {
    throw new ZipRefusedError(
      `The link ${JSON.stringify(name)} ${what}; links must lead to something inside the archive.`,
    );
  };
  const target = Buffer.from(data).toString('utf8');
  // oxlint-disable-next-line no-control-regex -- NUL ends a path for the kernel, and the others forge lines in logs
  if (target === '' || /[\u0000-\u001f\u007f]/.test(target)) refuse('leads to no name that a file can have');
  if (target.startsWith('/')) refuse(`leads to ${JSON.stringify(target)}`);
  const place = posix.normalize(posix.join(posix.dirname(name), target));
  if (place === '..' || place.startsWith('../')) refuse('leads out of it');
}

function checkRatio(bytes: number, packedBytes: number, { ratioMax, ratioBytesMin }: UnpackLimits): void {
  if (bytes > ratioBytesMin && bytes > packedBytes * ratioMax)
    throw new ZipRefusedError(`It unpacks to more than ${ratioMax} times its size, as a zip bomb would.`);
}
