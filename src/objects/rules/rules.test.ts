import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { checksumOfParts, hasher } from './checksums.ts';
import { behind, listPage, type ListFrom } from './listing.ts';
import { checkBucketName, checkKey } from './names.ts';
import { rangeOf } from './ranges.ts';

test('the CRC of parts put together is that of the whole', async () => {
  for (const name of ['crc32', 'crc32c', 'crc64nvme'] as const) {
    const parts = [70_000, 70_000, 1, 0, 12_345].map((bytes) => randomBytes(bytes));
    const sum = async (bytes: Uint8Array): Promise<string> => {
      const one = await hasher(name);
      one.update(bytes);
      return await one.digest();
    };
    const checked = await Promise.all(parts.map(async (part) => ({ bytes: part.length, checksum: await sum(part) })));
    const { value } = await checksumOfParts(name, 'FULL_OBJECT', checked);
    assert.equal(value, await sum(Buffer.concat(parts)), name);
  }
  await assert.rejects(checksumOfParts('sha256', 'FULL_OBJECT', []), { code: 'InvalidRequest' });
});

test('pages of a list put together are what a plain reading of all keys gives', () => {
  const letters = ['a', 'b', '/', '\u{ffff}', '\u{1f600}', '\u{d7ff}'];
  const random = (max: number): number => randomBytes(4).readUInt32LE() % max;
  const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
  for (let round = 0; round < 300; round++) {
    const keys = [
      ...new Set(
        Array.from({ length: random(30) }, () =>
          Array.from({ length: 1 + random(5) }, () => letters[random(6)]).join(''),
        ),
      ),
    ].toSorted(compare);
    const prefix = random(2) === 0 ? '' : (letters[random(6)] ?? '');
    const delimiter = random(3) === 0 ? '' : '/';
    const seek = ({ key, inclusive }: ListFrom) =>
      keys
        .filter((each) => (inclusive ? compare(each, key) >= 0 : compare(each, key) > 0))
        .map((each) => ({ key: each, bytes: 0, etag: '', modifiedMs: 0 }));
    const plain = new Set(
      keys
        .filter((key) => key.startsWith(prefix))
        .map((key) => {
          const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
          return end === -1 ? `key ${key}` : `prefix ${key.slice(0, end + 1)}`;
        }),
    );
    const found: string[] = [];
    let from: ListFrom | undefined = { key: '', inclusive: false };
    while (from !== undefined) {
      const page = listPage({ prefix, delimiter, from, max: 1 + random(3) }, seek);
      found.push(
        ...page.listed.map((one) => (one.kind === 'object' ? `key ${one.object.key}` : `prefix ${one.prefix}`)),
      );
      from = page.next;
    }
    assert.deepEqual(found, [...plain], JSON.stringify({ keys, prefix, delimiter }));
  }
  assert.equal(behind('\u{10ffff}'), undefined);
});

test('ranges are what RFC 9110 says, and what is none is ignored', () => {
  assert.deepEqual(rangeOf('bytes=0-0', 5), { start: 0, end: 0 });
  assert.deepEqual(rangeOf('bytes=-9', 5), { start: 0, end: 4 });
  for (const none of [undefined, 'bytes=', 'bytes=-', 'bytes=3-1', 'lines=1-2', 'bytes=0-1,3-4'])
    assert.equal(rangeOf(none, 5), undefined);
  for (const beyond of ['bytes=5-', 'bytes=-0', 'bytes=9-10'])
    assert.throws(() => rangeOf(beyond, 5), { code: 'InvalidRange' });
  assert.throws(() => rangeOf('bytes=0-', 0), { code: 'InvalidRange' });
});

test('names of buckets and keys', () => {
  for (const name of ['abc', 'a.b-c1', 'a'.repeat(63)]) checkBucketName(name);
  for (const name of ['ab', 'Abc', '-abc', 'a..b', '1.2.3.4', 'a'.repeat(64), 'a/b', 'a_b'])
    assert.throws(() => checkBucketName(name), { code: 'InvalidBucketName' }, name);
  for (const key of ['', 'a\0b', '\u{d800}']) assert.throws(() => checkKey(key), { code: 'InvalidArgument' });
  assert.throws(() => checkKey('ä'.repeat(513)), { code: 'KeyTooLongError' });
});
