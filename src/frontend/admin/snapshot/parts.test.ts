import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinedParts, partIn } from './parts.ts';

test('what hosts count of the same is added up, and what is kept is told by the home', () => {
  const row = { functionName: 'f', asked: 2, refused: { memory: 1 } };
  const other = { functionName: 'g', asked: 1, refused: {} };
  const parts = [
    { counted: { preparations: [row], egress: [] } },
    partIn({ counted: { preparations: [other, { ...row, refused: { memory: 2, busy: 3 } }] }, kept: { queues: [1] } }),
  ];
  assert.deepEqual(joinedParts(parts), {
    preparations: [{ functionName: 'f', asked: 4, refused: { memory: 3, busy: 3 } }, other],
    egress: [],
    queues: [1],
  });
});

test('a host that knows nothing of this says nothing', () => {
  assert.deepEqual(joinedParts([partIn({})]), {});
});
