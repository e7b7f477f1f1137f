import assert from 'node:assert/strict';
import { styleText } from 'node:util';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { table } from './table.ts';

test('columns line up, numbers on the right, colours do not count', () => {
  const red = styleText('red', 'ab', { validateStream: false });
  const text = table(
    [{ heading: 'NAME' }, { heading: 'MS', align: 'right' }],
    [
      [red, '1'],
      ['abcdef', '1000'],
    ],
  );
  assert.deepEqual(stripVTControlCharacters(text).split('\n'), ['NAME      MS', 'ab         1', 'abcdef  1000']);
});

test('the last column is wrapped below itself', () => {
  const text = table([{ heading: 'A' }, { heading: 'B' }], [['x', 'one two three four five six']], 10);
  assert.deepEqual(stripVTControlCharacters(text).split('\n'), ['A  B', 'x  one two three four five', '   six']);
});
