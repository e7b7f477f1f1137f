import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePrelude, PreludeError, preludeBytesMax, splitPrelude } from './prelude.ts';

const zeros = Buffer.alloc(8);
const written = (prelude: string, body = ''): Buffer => Buffer.concat([Buffer.from(prelude), zeros, Buffer.from(body)]);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('a prelude is read wherever its parts begin and end, and the body is what follows', async () => {
  const json = { statusCode: 201, headers: { 'content-type': 'text/plain', 'x-n': 5 }, cookies: ['a=1'] };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.string(), async (size, body) => {
      const split = await splitPrelude(inPieces(written(JSON.stringify(json), body), size));
      assert.deepEqual(split?.prelude, { ...json, headers: { 'content-type': 'text/plain', 'x-n': '5' } });
      const parts = await Array.fromAsync(split.body);
      assert.equal(Buffer.concat(parts).toString(), Buffer.from(body).toString());
    }),
  );
});

test('a prelude that comes byte by byte takes as much time for each of them, however many there are', async () => {
  const taken = async (bytes: number): Promise<number> => {
    const prelude = written(JSON.stringify({ headers: { x: 'y'.repeat(bytes) } }));
    const before = process.cpuUsage();
    assert.equal((await splitPrelude(inPieces(prelude, 1)))?.prelude.headers?.['x']?.length, bytes);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await taken(8_000);
  const ratio = (await taken(128_000)) / (await taken(8_000));
  // 16 times as many, where each is looked at once; 256 times, where all are for each.
  assert.ok(ratio < 40, `${ratio}`);
});

test('zero bytes of the body are the body’s', () => {
  const parsed = parsePrelude(Buffer.concat([written('{}'), zeros, zeros]));
  assert.deepEqual(parsed, { prelude: { headers: {}, cookies: [] }, bodyAt: 10 });
});

test('what has not ended is not a prelude yet, and never one that is too long', async () => {
  assert.equal(parsePrelude(Buffer.from('{"statusCode":200}\0\0\0\0\0\0\0')), undefined);
  assert.equal(await splitPrelude(inPieces(Buffer.from('{"a'), 1)), undefined);
  assert.throws(() => parsePrelude(Buffer.alloc(preludeBytesMax + 8, ' ')), PreludeError);
});

test('what is no prelude is refused with what is wrong', () => {
  for (const [json, words] of [
    ['hello', /no JSON/],
    ['[]', /no JSON object/],
    ['{"statusCode":"200"}', /statusCode/],
    ['{"statusCode":99}', /statusCode/],
    ['{"headers":[]}', /headers/],
    ['{"cookies":[1]}', /cookies/],
  ] as const)
    assert.throws(
      () => parsePrelude(written(json)),
      (error) => error instanceof PreludeError && words.test(error.message),
    );
});
