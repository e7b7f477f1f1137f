import { crc32, deflateRawSync } from 'node:zlib';

/** An entry, and every lie that can be told of it. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly data?: Buffer;
  /** `S_IFMT` and permission bits. */
  readonly mode?: number;
  readonly deflate?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packedBytes?: number;
  readonly unpackedBytes?: number;
  readonly extra?: Buffer;
  readonly offset?: number;
}

/** What can be wrong with the archive as a whole. */
export interface RawArchive {
  readonly entryCount?: number;
  readonly directoryOffset?: number;
  readonly comment?: Buffer;
}

/** Writes a zip file by hand, byte by byte, for tests: as honest or dishonest as it is told to be. */
export function rawZip(entries: readonly RawEntry[], archive: RawArchive = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = localEntry(entry);
    directory.push(directoryEntry(entry, entry.offset ?? offset));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...locals, central, endRecord(entries.length, central.length, offset, archive)]);
}

function packed({ data = Buffer.alloc(0), deflate = false }: RawEntry): Buffer {
  return deflate ? deflateRawSync(data) : data;
}

function localEntry(entry: RawEntry): Buffer {
  const name = Buffer.from(entry.name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  commonFields(entry).copy(head, 4);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name, packed(entry)]);
}

function directoryEntry(entry: RawEntry, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const { mode = 0o100644, extra = Buffer.alloc(0) } = entry;
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  // Made by Unix, so that the mode counts.
  head.writeUInt16LE((3 << 8) | 20, 4);
  commonFields(entry).copy(head, 6);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(mode * 65_536, 38);
  head.writeUInt32LE(offset, 42);
  return Buffer.concat([head, name, extra]);
}

/** Version needed, flags, method, time, CRC-32 and sizes stand in both places in the same order. */
function commonFields(entry: RawEntry): Buffer {
  const { data = Buffer.alloc(0), deflate = false } = entry;
  const fields = Buffer.alloc(22);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(entry.flags ?? 0x800, 2);
  fields.writeUInt16LE(entry.method ?? (deflate ? 8 : 0), 4);
  fields.writeUInt32LE(entry.crc ?? crc32(data), 10);
  fields.writeUInt32LE(entry.packedBytes ?? packed(entry).length, 14);
  fields.writeUInt32LE(entry.unpackedBytes ?? data.length, 18);
  return fields;
}

function endRecord(count: number, bytes: number, offset: number, archive: RawArchive): Buffer {
  const { entryCount = count, directoryOffset = offset, comment = Buffer.alloc(0) } = archive;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entryCount, 8);
  end.writeUInt16LE(entryCount, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(directoryOffset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, comment]);
}
