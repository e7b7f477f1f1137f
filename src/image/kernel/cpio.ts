/** A file or a folder of an archive. */
export interface CpioEntry {
  /** Without a leading `/`; folders before what is in them. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Absent for a folder. */
  readonly data?: Uint8Array;
}

const regularFile = 0o100000;
const folder = 0o040000;

/**
 * An archive that Linux takes as an initial RAM file system: cpio in "new ASCII" format, as described in the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst. Everything belongs to root.
 */
export function cpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => encode(entry, index + 1));
  return Buffer.concat([...parts, ...encode({ path: 'TRAILER!!!', mode: 0, data: new Uint8Array() }, 0)]);
}

function encode({ path, mode, data }: CpioEntry, inode: number): Uint8Array[] {
  const type = data === undefined ? folder : regularFile;
  const size = data?.byteLength ?? 0;
  // inode, mode, uid, gid, links, mtime, file size, device (2), device number (2), name size with its zero, checksum
  const fields = [inode, type | mode, 0, 0, 1, 0, size, 0, 0, 0, 0, Buffer.byteLength(path) + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${path}\0`;
  return [...padded(Buffer.from(header)), ...(data === undefined ? [] : padded(data))];
}

/** Header and data both end at a multiple of four bytes. */
function padded(bytes: Uint8Array): Uint8Array[] {
  return [bytes, new Uint8Array((4 - (bytes.byteLength % 4)) % 4)];
}
