import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawZip } from '../testing/raw-zip.ts';
import { ZipRefusedError } from './refusal.ts';
import { unpackZip } from './unpack.ts';

const allowed = { filesMax: 20, bytesMax: 100_000, ratioMax: 200, ratioBytesMin: 0 };
const isPlain = (path: string): boolean =>
  !path.startsWith('/') &&
  !path.includes('\\') &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** Whatever the bytes are: a refusal, or plain files within the limits, each path once. Never anything else. */
async function check(bytes: Buffer): Promise<void> {
  let files;
  try {
    files = await unpackZip(bytes, allowed);
  } catch (error) {
    assert(error instanceof ZipRefusedError, `not a refusal: ${String(error)}`);
    return;
  }
  assert(files.length > 0 && files.length <= allowed.filesMax);
  assert(files.reduce((sum, file) => sum + file.data.length, 0) <= allowed.bytesMax);
  assert.equal(new Set(files.map((file) => file.path)).size, files.length);
  for (const { path } of files) assert(isPlain(path), JSON.stringify(path));
}

const part = fc.constantFrom('a', 'b', '..', '.', '', 'A', 'ü', 'x\0', 'c:', '\\');
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const entry = fc.record(
  {
    name,
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    mode: fc.constantFrom(0, 0o100644, 0o100755, 0o120777, 0o040755),
    deflate: fc.boolean(),
    flags: fc.constantFrom(0, 0x800, 0x801),
    method: fc.constantFrom(0, 8, 9),
    crc: fc.nat(0xffff_ffff),
    packedBytes: fc.nat(0xffff_ffff),
    unpackedBytes: fc.nat(0xffff_ffff),
    extra: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    offset: fc.nat(500),
  },
  { requiredKeys: ['name', 'data'] },
);

test('archives with made-up fields are refused or unpack to plain files within the limits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => check(rawZip(entries))),
    { numRuns: 1_500 },
  );
});

test('honest archives with bytes changed are refused or unpack to plain files within the limits', async () => {
  const honest = rawZip([
    { name: 'index.mjs', data: Buffer.from('export const handler = () => 1;'), deflate: true },
    { name: 'node_modules/x/package.json', data: Buffer.from('{}') },
    { name: 'empty/', mode: 0o040755 },
  ]);
  const change = fc.tuple(fc.nat(honest.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(honest.length), async (changes, cut) => {
      const bytes = Buffer.from(honest);
      for (const [at, value] of changes) bytes.writeUInt8(value, at);
      await check(bytes);
      await check(bytes.subarray(0, cut));
    }),
    { numRuns: 1_500 },
  );
});
