import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Shape } from '../../sdk/shape.ts';
import { configurationsTable, namesOf } from './configurations.ts';

test('each configuration says what its first call finds and because of which functions, or why it waits', () => {
  const rows = [
    { runtime: 'nodejs24.x', memoryMb: 128, path: 'new-container', ready: 2, making: 0, because: ['hello'] },
    {
      runtime: 'nodejs22.x',
      memoryMb: 10_240,
      why: '10,240 MB do not fit beside the 6,144 MB in use',
      ready: 1,
      making: 1,
      because: ['large'],
    },
  ];
  const text = configurationsTable(
    rows.map((row) => new Shape(row, 'row')),
    80,
  );
  assert.deepEqual(stripVTControlCharacters(text).split('\n'), [
    'CONFIGURATION     MEMORY  FIRST CALL       READY  MAKING  BECAUSE OF',
    'nodejs24.x        128 MB  ✓ new-container      2       0  hello',
    'nodejs22.x     10,240 MB  … waits              1       1  large',
    '                                                          10,240 MB do not fit',
    '                                                          beside the 6,144 MB in',
    '                                                          use',
  ]);
});

test('many functions are counted', () => {
  assert.equal(namesOf(['a', 'b', 'c', 'd']), 'a, b, c, d');
  assert.equal(namesOf(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
});
