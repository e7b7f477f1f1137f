import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { encodePng, gradient } from './png.ts';

test('a picture has the chunks that PNG asks for, each with its checksum', () => {
  const pixels = Uint8Array.from([0, 1, 2, 3, 4, 5]);
  const png = encodePng(3, 2, pixels, gradient([[255, 0, 0]]));
  assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(body));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'PLTE', 'IDAT', 'IEND']);
  assert.deepEqual([...(chunks.get('IHDR') ?? [])], [0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0]);
  assert.deepEqual([...inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))], [0, 0, 1, 2, 0, 3, 4, 5]);
});

test('pixels that do not fill the picture are refused', () => {
  assert.throws(() => encodePng(3, 2, new Uint8Array(5), new Uint8Array(3)), RangeError);
});

test('a gradient begins with black for 0, then goes from the first colour to the last', () => {
  const palette = gradient([
    [10, 20, 30],
    [110, 120, 130],
  ]);
  assert.deepEqual([...palette.subarray(0, 6)], [0, 0, 0, 10, 20, 30]);
  assert.deepEqual([...palette.subarray(765)], [110, 120, 130]);
});
