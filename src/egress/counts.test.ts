import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counts } from './counts.ts';

test('functions of an account beyond a number are counted together, and cost other accounts nothing', () => {
  const counts = new Counts();
  for (let nth = 0; nth < 600; nth += 1) counts.of('1', `f${nth}`).connections += 1;
  counts.of('1', 'f599').connections += 1;
  counts.of('1', 'f0').connections += 1;
  counts.of('2', 'f').connections += 1;
  const totals = counts.totals();
  const made = (account: string, name: string): number | undefined =>
    totals.find((one) => one.account === account && one.functionName === name)?.connections;
  assert.equal(totals.length, 502);
  assert.equal(made('1', 'f0'), 2);
  assert.equal(made('1', ''), 101);
  assert.equal(made('2', 'f'), 1);
});

test('codes of threads take no room from functions', () => {
  const counts = new Counts();
  for (let nth = 0; nth < 600; nth += 1) counts.of('1', `thread-${String(nth).padStart(16, '0')}`).connections += 1;
  counts.of('1', 'f').connections += 1;
  const totals = counts.totals();
  assert.equal(totals.length, 102);
  assert.equal(totals.find(({ functionName }) => functionName === 'f')?.connections, 1);
  assert.equal(totals.find(({ functionName }) => functionName === '')?.connections, 500);
});

test('where functions connected to is told with what would allow what was refused, and bounded', () => {
  let now = 1;
  const counts = new Counts({ wall: () => now });
  const { targets } = counts.of('1', 'f');
  targets.allowed('db.lan', '10.0.0.1', 5_432);
  targets.refused('example.org:443', 'a public address', 'db.lan:5432 example.org:443');
  now = 2;
  targets.allowed('db.lan', '10.0.0.1', 5_432);
  assert.deepEqual(counts.totals()[0]?.targets, [
    {
      to: 'example.org:443',
      ...{ allowed: 0, refused: 1, lastAt: 1 },
      ...{ why: 'a public address', policy: 'db.lan:5432 example.org:443' },
    },
    { to: 'db.lan:5432', allowed: 2, refused: 0, lastAt: 2 },
  ]);
  for (let nth = 0; nth < 100; nth += 1) targets.refused(`${nth}.example.org`, 'no');
  const kept = targets.list().map(({ to }) => to);
  assert.deepEqual([kept.length, kept.at(-1), kept.includes('db.lan:5432')], [32, '99.example.org', false]);
});
