import assert from 'node:assert/strict';
import { StringDecoder } from 'node:string_decoder';
import { test } from 'node:test';
import { limits } from '../model/limits.ts';
import { Output } from './output.ts';

test('output beyond the quota is cut, visibly, and flows again when the quota has refilled', () => {
  let text = '';
  let now = 0;
  const output = new Output(
    (more) => (text += more),
    () => now,
  );
  const decoder = new StringDecoder();
  const chunk = Buffer.alloc(65_536, 'x');
  const fits = limits.logBytesMax / chunk.length;
  for (let count = 0; count < fits; count++) assert.ok(output.take(decoder, chunk));
  for (let count = 0; count < 100; count++) assert.ok(!output.take(decoder, chunk));
  assert.match(text.slice(limits.logBytesMax), /^\n\[output over 1048576 bytes is cut\]\n$/);
  now += 10_000;
  assert.ok(output.take(decoder, Buffer.from('back')));
  assert.match(text, /\[6553600 bytes of output were cut\]\nback$/);
});

test('a character that lies across two chunks stays whole', () => {
  let text = '';
  const output = new Output((more) => (text += more));
  const decoder = new StringDecoder();
  const bytes = Buffer.from('ü');
  output.take(decoder, bytes.subarray(0, 1));
  output.take(decoder, bytes.subarray(1));
  assert.equal(text, 'ü');
});
