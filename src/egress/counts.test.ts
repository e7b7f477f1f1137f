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
