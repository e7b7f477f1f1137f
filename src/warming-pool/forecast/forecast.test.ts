import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blanksForAccount, dueFunctions, type KnownFunction, mostOf, placesDue } from './forecast.ts';

const now = 1_000_000_000;
const minute = 60_000;

function known(rest: Partial<KnownFunction> = {}): KnownFunction {
  return {
    account: '1',
    name: 'f',
    version: '$LATEST',
    kind: 'nodejs24.x',
    memoryMb: 256,
    deployedAt: now - 1_000,
    ...rest,
  };
}

test('a first call is due of what was just deployed and not called since', () => {
  const due = (fn: KnownFunction): boolean => dueFunctions([fn], now, 0).length === 1;
  assert.equal(due(known()), true);
  assert.equal(due(known({ usedAt: now - 10_000 })), true, 'it was called before it was changed');
  assert.equal(due(known({ usedAt: now - 500 })), false);
  assert.equal(due(known({ deployedAt: now - 10 * minute })), false);
});

test('after a restart the eight that were called last before it are due, for two minutes', () => {
  const functions = Array.from({ length: 50 }, (_, n) =>
    known({ name: `f${n}`, deployedAt: 0, usedAt: now - minute - n * 1_000 }),
  );
  const names = dueFunctions(functions, now, now - 10_000).map(({ name }) => name);
  assert.deepEqual(
    names,
    Array.from({ length: 8 }, (_, n) => `f${n}`),
  );
  assert.deepEqual(dueFunctions(functions, now + 3 * minute, now - 10_000), []);
});

test('an account has a blank container of each runtime that it uses, and one for each first call that is due, within bounds', () => {
  const basis = { 'nodejs24.x': 2 };
  const old = known({ kind: 'nodejs22.x', deployedAt: now - 60 * minute });
  assert.deepEqual(blanksForAccount([old], [], now, basis), { 'nodejs24.x': 2, 'nodejs22.x': 1 });
  const forgotten = known({ kind: 'nodejs22.x', deployedAt: 0 });
  assert.deepEqual(blanksForAccount([forgotten], [], now, basis), basis);
  const due = Array.from({ length: 20 }, () => known());
  assert.deepEqual(blanksForAccount(due, due.slice(0, 5), now, basis), { 'nodejs24.x': 5 });
  assert.deepEqual(blanksForAccount(due, due, now, basis), { 'nodejs24.x': 8 });
  assert.deepEqual(mostOf([basis, { 'nodejs24.x': 1, 'nodejs22.x': 3 }]), { 'nodejs24.x': 2, 'nodejs22.x': 3 });
});

test('functions whose first calls are due go into the first instance that has room for them, in the order in which they were deployed', () => {
  const rooms = { ownMb: [], instanceMb: 10_240, totalMb: 100_000 };
  const due = (...sizes: number[]): KnownFunction[] => sizes.map((memoryMb) => known({ memoryMb }));
  const sizesOf = (functions: readonly KnownFunction[]): number[] => functions.map(({ memoryMb }) => memoryMb);
  const places = (sizes: number[], some = {}): readonly (readonly number[])[] => {
    const { own, taken } = placesDue(due(...sizes), { ...rooms, ...some });
    return [sizesOf(own), ...taken.map(sizesOf)];
  };
  assert.deepEqual(places([]), [[]]);
  assert.deepEqual(places([128, 256, 512]), [[], [128, 256, 512]]);
  assert.deepEqual(places([128, 10_240, 256]), [[], [128, 256], [10_240]], 'the largest fills one alone');
  assert.deepEqual(places([128, 256], { ownMb: [4_096] }), [[128, 256]]);
  assert.deepEqual(places([128, 10_240, 256], { ownMb: [4_096] }), [[128, 256], [10_240]]);
  assert.deepEqual(
    places([10_240, 10_240, 10_240], { totalMb: 24_000 }),
    [[], [10_240, 10_240], [10_240]],
    'what does not fit beside the others comes when one of them is gone',
  );
});
