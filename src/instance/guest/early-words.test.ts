import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../model/limits.ts';
import { EarlyWords } from './early-words.ts';

test('what is printed before the first call is kept for it, once, and bounded', () => {
  const words = new EarlyWords();
  assert.ok(words.keep('a wrapper began\n'));
  assert.equal(words.take(), 'a wrapper began\n');
  assert.ok(words.keep('x'.repeat(limits.logBytesMax)) && words.keep('more'));
  assert.equal(words.call().length, limits.logBytesMax);
  assert.equal(words.keep('late'), false);
  assert.equal(words.call(), '');
});
