import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from './suggest.ts';

test('a word is suggested that is one slip away: a letter too many, too few, wrong, or two exchanged', () => {
  for (const slip of ['eecho', 'eho', 'ecko', 'ehco', 'ECHO'])
    assert.equal(suggest(slip, ['other', 'echo']), 'echo', slip);
});

test('nothing is suggested where nothing is near', () => {
  for (const word of ['oche', 'x', '']) assert.equal(suggest(word, ['echo']), undefined, word);
});
