import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shape } from '../../sdk/shape.ts';
import { bar, waterfall } from './waterfall.ts';

test('a bar stands where its time was, and what is too short is seen all the same', () => {
  assert.equal(bar(0, 100, 100, 10), '██████████');
  assert.equal(bar(50, 100, 100, 10), '     █████');
  assert.equal(bar(0, 55, 100, 10), '█████▌');
  assert.equal(bar(0, 0, 100, 10), '▏');
  assert.equal(bar(99.99, 100, 100, 10).length, 10);
  assert.equal(bar(0, 0, 0, 10), '');
});

test('a line for each part, in the width that there is', () => {
  const stages = [
    { name: 'request', fromMs: 0, ms: 1 },
    { name: 'instance', how: 'boot', fromMs: 1, ms: 98 },
    { name: 'handler', fromMs: 99, ms: 1 },
  ];
  const lines = waterfall(new Shape({ totalMs: 100, stages }, 'trace'), 80);
  assert.match(lines[0] ?? '', /^request read, checked and authorised +1\.00 ms /);
  assert.match(lines[1] ?? '', /^instance booted +98\.0 ms +█+/);
  assert.ok(lines.every((line) => line.length <= 80));
});
