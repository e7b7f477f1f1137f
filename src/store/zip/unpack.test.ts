import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZipRefusedError } from './refusal.ts';
import { rawZip } from '../testing/raw-zip.ts';
import type { RawEntry } from '../testing/raw-zip.ts';
import { unpackZip } from './unpack.ts';

const data = Buffer.from('hello');

async function refused(entries: readonly RawEntry[], why: RegExp): Promise<void> {
  await assert.rejects(unpackZip(rawZip(entries)), (error) => {
    assert(error instanceof ZipRefusedError, String(error));
    assert.match(error.message, why);
    return true;
  });
}

/** The extra field that holds sizes of 64 bits. */
function zip64(...sizes: readonly bigint[]): Buffer {
  const field = Buffer.alloc(4 + sizes.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(sizes.length * 8, 2);
  for (const [i, size] of sizes.entries()) field.writeBigUInt64LE(size, 4 + i * 8);
  return field;
}

test('an honest archive is unpacked: stored and deflated files, folders, modes, names beyond ASCII', async () => {
  const large = Buffer.alloc(300_000, 'abcdefgh');
  const files = await unpackZip(
    rawZip([
      { name: 'bin/', mode: 0o040755 },
      { name: 'bin/run', data, mode: 0o100755 },
      { name: 'größe/…/index.mjs', data: large, deflate: true },
      { name: 'made-by-dos', data, mode: 0 },
      { name: 'empty', data: Buffer.alloc(0), deflate: true },
    ]),
  );
  assert.deepEqual(
    files.map(({ path, mode, data: bytes }) => [path, mode, bytes.length]),
    [
      ['bin/run', 0o755, 5],
      ['größe/…/index.mjs', 0o644, 300_000],
      ['made-by-dos', 0o644, 5],
      ['empty', 0o644, 0],
    ],
  );
  assert.deepEqual(Buffer.from(files[1]?.data ?? []), large);
});

test('names that differ only by case are two files', async () => {
  const files = await unpackZip(
    rawZip([
      { name: 'Readme', data },
      { name: 'README', data },
    ]),
  );
  assert.deepEqual(
    files.map(({ path }) => path),
    ['Readme', 'README'],
  );
});

for (const [name, why] of [
  ['../evil', /leaves the root|invalid relative path/],
  ['a/../../evil', /leaves the root|invalid relative path/],
  ['a/..', /leaves the root|invalid relative path/],
  ['/etc/passwd', /absolute/],
  ['C:/windows', /absolute/],
  ['a\\..\\evil', /backslash|invalid characters/],
  ['a//b', /empty part/],
  ['./a', /empty part/],
  ['a/./b', /empty part/],
  ['', /empty part/],
  ['/', /absolute|empty part/],
  ['nul\0byte', /control characters/],
  ['line\nbreak', /control characters/],
  ['x'.repeat(256), /part of more than 255 bytes/],
  [`${'x/'.repeat(600)}y`, /more than 1024 bytes/],
] as const)
  test(`the name ${JSON.stringify(name.slice(0, 20))} is refused`, () => refused([{ name, data }], why));

for (const [what, mode] of [
  ['a device', 0o060600],
  ['a device', 0o020600],
  ['a pipe', 0o010600],
  ['a socket', 0o140600],
] as const)
  test(`${what} (${mode.toString(8)}) is refused`, () => refused([{ name: 'x', data, mode }], new RegExp(what)));

test('symbolic links stay what they are, where they stay inside', async () => {
  const link = (name: string, target: string): { name: string; data: Buffer; mode: number } => ({
    name,
    data: Buffer.from(target),
    mode: 0o120777,
  });
  const [bin, tool] = await unpackZip(
    rawZip([link('node_modules/.bin/tool', '../tool/cli.js'), { name: 'node_modules/tool/cli.js', data }]),
  );
  assert.deepEqual(bin, { path: 'node_modules/.bin/tool', mode: 0o120777, data: Buffer.from('../tool/cli.js') });
  assert.equal(tool?.mode, 0o644);
  for (const target of ['/etc/passwd', '../x', 'a/../../x', '', 'a\nb', 'x\0y'])
    await refused([link('l', target)], /The link "l" leads .*inside the archive/);
  await refused([link('a/b/l', '../../../x')], /leads out of it/);
  await refused([link('l', 'x'.repeat(1_025))], /more than 1024 bytes/);
  await refused([link('l', '.'), { name: 'l/file', data }], /also a folder/);
});

test('a folder by mode that is none by name, and the other way round, is refused', async () => {
  await refused([{ name: 'x', data, mode: 0o040755 }], /no regular file/);
  await refused([{ name: 'x/', mode: 0o100644 }], /only files, folders/);
  await refused([{ name: 'x/', data, mode: 0o040755 }], /has content/);
});

test('one name twice, and a file that is a folder too, are refused', async () => {
  await refused(
    [
      { name: 'a', data },
      { name: 'a', data },
    ],
    /Two entries/,
  );
  await refused(
    [
      { name: 'a', data },
      { name: 'a/b', data },
    ],
    /also a folder/,
  );
  await refused(
    [
      { name: 'a/b', data },
      { name: 'a', data },
    ],
    /Two entries/,
  );
  await refused(
    [
      { name: 'a', data },
      { name: 'a/', mode: 0o040755 },
    ],
    /Two entries/,
  );
  assert.equal(
    (
      await unpackZip(
        rawZip([
          { name: 'a/', mode: 0o040755 },
          { name: 'a/b', data },
        ]),
      )
    ).length,
    1,
  );
});

test('encrypted entries and methods we do not know are refused', async () => {
  await refused([{ name: 'x', data, flags: 0x801, packedBytes: 5, unpackedBytes: 0 }], /encrypted|size mismatch/);
  await refused([{ name: 'x', data: Buffer.alloc(12), flags: 0x801, unpackedBytes: 0 }], /encrypted/);
  await refused([{ name: 'x', data, flags: 0x841 }], /encryption/);
  await refused([{ name: 'x', data, method: 12 }], /method 12/);
});

test('data that are not what the entry says of them are refused', async () => {
  await refused([{ name: 'x', data, crc: 1 }], /damaged/);
  await refused([{ name: 'x', data, deflate: true, crc: 1 }], /damaged/);
  await refused([{ name: 'x', data, deflate: true, unpackedBytes: 4 }], /more than the 4 bytes/);
  await refused([{ name: 'x', data, deflate: true, unpackedBytes: 6 }], /unpacks to 5 bytes, not to the 6/);
  await refused([{ name: 'x', data, unpackedBytes: 6 }], /size mismatch/);
  await refused([{ name: 'x', data: Buffer.from([0xff, 0xff, 0xff]), method: 8, unpackedBytes: 9 }], /damaged/);
  await refused([{ name: 'x', data, packedBytes: 5_000, unpackedBytes: 5_000 }], /overflows file bounds/);
  await refused([{ name: 'x', data, offset: 3 }], /invalid local file header/);
});

test('sizes of 64 bits that lie are refused before anything is unpacked', async () => {
  const huge = { name: 'x', data, packedBytes: 0xffff_ffff, unpackedBytes: 0xffff_ffff };
  await refused([{ ...huge, extra: zip64(1n << 52n, 1n << 52n) }], /smaller than 262144000/);
  await refused([{ ...huge, extra: zip64(5n) }], /zip64/);
  await refused([{ ...huge, extra: zip64(5n, 1n << 40n), method: 8 }], /overflows file bounds/);
  await refused([huge], /smaller than 262144000/);
});

test('bombs are refused: by ratio, by size together, by number, by overlap', async () => {
  const zeros = Buffer.alloc(80_000_000);
  await refused([{ name: 'x', data: zeros, deflate: true }], /200 times its size/);
  const repetitive = Buffer.from(
    JSON.stringify(Array.from({ length: 100_000 }, () => ({ state: 'none', count: 0, note: '' }))),
  );
  assert.equal(
    (await unpackZip(rawZip([{ name: 'x', data: repetitive, deflate: true }])))[0]?.data.length,
    repetitive.length,
  );
  const allowed = { filesMax: 2, bytesMax: 1_000, ratioMax: 200, ratioBytesMin: 0 };
  const many = rawZip([1, 2, 3].map((i) => ({ name: `f${i}`, data })));
  await assert.rejects(unpackZip(many, allowed), /3 entries; at most 2/);
  const two = rawZip([1, 2].map((i) => ({ name: `f${i}`, data: Buffer.alloc(501) })));
  await assert.rejects(unpackZip(two, allowed), /smaller than 1000 bytes/);
  // Every entry is the same bytes: together they declare far more than the file has.
  const overlapping = Array.from({ length: 300 }, (_, i) => ({ name: `f${i}`, offset: 0, unpackedBytes: 1_000_000 }));
  const one = { name: 'f0', data: zeros.subarray(0, 1_000_000), deflate: true };
  await refused([one, ...overlapping.slice(1).map((entry) => ({ ...one, ...entry }))], /smaller than 262144000/);
});

test('what is no archive, an empty one, and one that is cut short are refused', async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('PK'),
    Buffer.alloc(1_000),
    rawZip([{ name: 'a', data }]).subarray(0, -3),
  ])
    await assert.rejects(unpackZip(bytes), ZipRefusedError);
  await refused([], /non-empty/);
  await refused([{ name: 'only/', mode: 0o040755 }], /non-empty/);
  await assert.rejects(unpackZip(rawZip([{ name: 'a', data }], { entryCount: 2 })), ZipRefusedError);
  await assert.rejects(unpackZip(rawZip([{ name: 'a', data }], { directoryOffset: 7 })), ZipRefusedError);
});
