import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDirty, type PageRun } from './dirty-pages.ts';

const clean = [0, 0xa000_0000];
const dirty = [1, 0x8000_0000];
const swapped = [1, 0x4000_0000];
const absent = [0, 0];

test('pages that were written to are those that are there, or swapped out, and are not the file’s', () => {
  const runs: PageRun[] = [];
  addDirty(runs, Uint32Array.from([clean, dirty, swapped, absent, dirty, clean].flat()), 0);
  assert.deepEqual(runs, [
    { page: 1, count: 2 },
    { page: 4, count: 1 },
  ]);
});

test('runs go on over what is read at a time', () => {
  const runs: PageRun[] = [];
  addDirty(runs, Uint32Array.from([clean, dirty].flat()), 0);
  addDirty(runs, Uint32Array.from([dirty, dirty, clean].flat()), 2);
  addDirty(runs, Uint32Array.from(dirty), 9);
  assert.deepEqual(runs, [
    { page: 1, count: 3 },
    { page: 9, count: 1 },
  ]);
});
