import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Shape } from '../../sdk/shape.ts';
import { capacityTable, concurrencyLine } from './capacity.ts';

test('what functions have of their own is shown with its state, and why that is not as it should be', () => {
  const rows = [
    { name: 'api', kind: 'reserved', calls: 0 },
    { name: 'api:live', kind: 'provisioned', calls: 1_200, ready: 3, status: 'IN_PROGRESS' },
    { name: 'api:3', kind: 'provisioned', calls: 2, ready: 0, status: 'FAILED', why: 'There is no memory for it.' },
    { name: 'batch', kind: 'variable' },
    { name: 'slow', kind: 'variable', calls: 4 },
    { name: 'vip', kind: 'dedicated', ready: 1, status: 'READY' },
  ];
  const shapes = rows.map((row) => new Shape(row, 'row'));
  assert.deepEqual(stripVTControlCharacters(capacityTable(shapes, 80)).split('\n'), [
    'CAPACITY  KIND         CALLS AT ONCE  READY  STATE',
    'api       reserved                 0',
    'api:live  provisioned          1,200      3  … in progress',
    'api:3     provisioned              2      0  ✗ failed',
    '                                             There is no memory for it.',
    'batch     variable',
    'slow      variable                 4',
    'vip       dedicated                       1  ✓ ready',
  ]);
});

test('what the account may have is said in one line', () => {
  const line = (max: number, unreserved: number): string => concurrencyLine(new Shape({ max, unreserved }, 'c'));
  assert.equal(line(1_000, 1_000), 'Calls at once: 1,000 for the account.');
  assert.equal(line(1_000, 995), 'Calls at once: 1,000 for the account, 995 of them not reserved.');
});
