/** Places and sizes in a 64-bit ELF file (System V ABI, "Object Files"; elf.h), bytes. */
const [headerBytes, segmentBytes, tagBytes, symbolBytes] = [64, 56, 16, 24];
const segment = { load: 1, dynamic: 2, stack: 0x6474_e551 } as const;
const tag = { needed: 1, strings: 5, symbols: 6, stringsSize: 10, symbolSize: 11, name: 14 } as const;
const readWrite = 6;

/**
 * A shared library for x86-64 without anything in it: it has a name, and names others that the loader must find when it loads this one. Made here, as not
 * every machine that runs the tests has a compiler.
 */
export function sharedLibrary(name: string, needed: readonly string[] = []): Buffer {
  const names = ['', name, ...needed];
  const strings = Buffer.from(names.map((one) => `${one}\0`).join(''), 'latin1');
  const offsetOf = (wanted: string): number => strings.indexOf(`\0${wanted}\0`) + 1;
  const tagsAt = headerBytes + 3 * segmentBytes;
  const tagsBytes = (needed.length + 6) * tagBytes;
  const symbolsAt = tagsAt + tagsBytes;
  const stringsAt = symbolsAt + symbolBytes;
  const tags = [
    ...needed.map((one) => [tag.needed, offsetOf(one)]),
    [tag.name, offsetOf(name)],
    [tag.strings, stringsAt],
    [tag.symbols, symbolsAt],
    [tag.stringsSize, strings.length],
    [tag.symbolSize, symbolBytes],
    [0, 0],
  ].flat();
  const end = stringsAt + strings.length;
  return Buffer.concat([
    header(),
    segmentOf(segment.load, 0, end),
    segmentOf(segment.dynamic, tagsAt, tagsBytes),
    // Without it the loader asks for a stack that can be executed.
    segmentOf(segment.stack, 0, 0),
    words(tags),
    Buffer.alloc(symbolBytes),
    strings,
  ]);
}

function header(): Buffer {
  const [shared, x64, version, segments] = [3, 62, 1, 3];
  const bytes = Buffer.alloc(headerBytes);
  bytes.write('\x7FELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(shared, 16);
  bytes.writeUInt16LE(x64, 18);
  bytes.writeUInt32LE(version, 20);
  bytes.writeUInt32LE(headerBytes, 32);
  bytes.writeUInt16LE(headerBytes, 52);
  bytes.writeUInt16LE(segmentBytes, 54);
  bytes.writeUInt16LE(segments, 56);
  return bytes;
}

function segmentOf(kind: number, at: number, size: number): Buffer {
  const kindAndFlags = Buffer.alloc(8);
  kindAndFlags.writeUInt32LE(kind, 0);
  kindAndFlags.writeUInt32LE(readWrite, 4);
  return Buffer.concat([kindAndFlags, words([at, at, at, size, size, kind === segment.load ? 4_096 : 8])]);
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * 8));
  return bytes;
}
