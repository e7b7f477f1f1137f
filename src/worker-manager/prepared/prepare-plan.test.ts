import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { preparePlan, type PreparedBudget } from './prepare-plan.ts';
import { takeIn, type TakeInView } from './take-in.ts';

const wants = fc
  .array(
    fc.record({
      account: fc.constantFrom('a', 'b', 'c'),
      wanted: fc.nat(12),
      soon: fc.boolean(),
      idle: fc.nat(3),
      unused: fc.nat(6),
      coming: fc.nat(3),
      slow: fc.nat(1),
      memoryMb: fc.constantFrom(128, 256, 1_024),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((want, n) => ({ ...want, slow: Math.min(want.slow, want.coming), code: `code ${n}` })));
const accountMax = { containers: 20, memoryMb: 4_096 };
const budgets: fc.Arbitrary<PreparedBudget> = fc.record({
  waiting: fc.nat(2),
  shortMb: fc.constantFrom(0, 0, 300),
  full: fc.boolean(),
  processors: fc.integer({ min: 1, max: 8 }),
  computing: fc.nat(8),
  preparedMbMax: fc.nat(8_192),
  freeMb: fc.nat(16_384),
  keptFreeMb: fc.constant(4_096),
  leastFreeMb: fc.constant(2_048),
  accountMax: fc.constant(() => accountMax),
});

test('nothing is begun while calls wait, beyond memory that is kept free, or beyond what an account or all may have', () => {
  fc.assert(
    fc.property(wants, budgets, (all, budget) => {
      const { begin, giveBack } = preparePlan(all, budget);
      if (budget.waiting > 0) assert.equal(begin.length, 0);
      if (begin.length > 0) assert.equal(giveBack.size, 0, 'It begins while it gives back.');
      const mbOf = (code: string): number => all.find((want) => want.code === code)?.memoryMb ?? assert.fail();
      const begunMb = begin.reduce((sum, code) => sum + mbOf(code), 0);
      assert.ok(begunMb === 0 || budget.freeMb - begunMb >= budget.keptFreeMb);
      for (const { account } of all) {
        const own = all.filter((want) => want.account === account);
        const begun = begin.filter((code) => own.some((want) => want.code === code));
        if (begun.length === 0) continue;
        // Whatever else of the account is beyond its part is given back first, and then nothing is begun.
        const have = own.reduce((sum, { unused, coming }) => sum + unused + coming, 0);
        assert.ok(have + begun.length <= accountMax.containers);
      }
      for (const { code, wanted, idle, unused, coming } of all) {
        const more = begin.filter((one) => one === code).length;
        assert.ok(more === 0 || idle + unused + coming + more <= wanted);
        assert.ok((giveBack.get(code) ?? 0) <= unused + coming);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('what takes long is given up for calls that want its processors, and for nothing else', () => {
  fc.assert(
    fc.property(wants, budgets, (all, budget) => {
      const { giveUp } = preparePlan(all, budget);
      const coming = all.reduce((sum, want) => sum + want.coming, 0);
      const over = Math.max(0, Math.ceil(budget.computing) + coming - budget.processors);
      const may = all.filter(({ soon }) => !soon).reduce((sum, { slow }) => sum + slow, 0);
      const given = [...giveUp.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(given, budget.full && budget.computing > 0 ? Math.min(over, may) : 0);
      for (const { code, slow } of all) assert.ok((giveUp.get(code) ?? 0) <= slow);
    }),
    { numRuns: 3_000 },
  );
});

test('what calls lack is given back, as far as there is something', () => {
  fc.assert(
    fc.property(wants, budgets, (all, budget) => {
      const { giveBack } = preparePlan(all, budget);
      const backMb = all.reduce((sum, { code, memoryMb }) => sum + (giveBack.get(code) ?? 0) * memoryMb, 0);
      const heldMb = all.reduce((sum, { unused, coming, memoryMb }) => sum + (unused + coming) * memoryMb, 0);
      assert.ok(backMb >= Math.min(heldMb, Math.max(budget.shortMb, budget.leastFreeMb - budget.freeMb)));
    }),
    { numRuns: 3_000 },
  );
});

test('accounts share what there is in turns, however much one expects', () => {
  const budget = {
    waiting: 0,
    shortMb: 0,
    full: false,
    processors: 64,
    computing: 0,
    preparedMbMax: 10 * 256,
    freeMb: 100_000,
    keptFreeMb: 0,
    leastFreeMb: 0,
    accountMax: () => ({ containers: 64, memoryMb: 100_000 }),
  };
  const none = { soon: false, idle: 0, unused: 0, coming: 0, slow: 0, memoryMb: 256 };
  const greedy = { ...none, code: 'greedy', account: 'a', wanted: 1_000 };
  assert.equal(preparePlan([greedy], budget).begin.length, 10);
  const modest = { ...none, code: 'modest', account: 'b', wanted: 5 };
  const { giveBack } = preparePlan([{ ...greedy, unused: 10 }, modest], budget);
  assert.deepEqual([...giveBack], [['greedy', 5]]);
});

test('what is taken and what is refused is what was asked for, and no limit is passed', () => {
  const views: fc.Arbitrary<TakeInView> = fc.record({
    count: fc.integer({ min: 1, max: 200 }),
    memoryMb: fc.constantFrom(128, 512),
    there: fc.nat(4),
    functionCalls: fc.nat(10),
    functionCallsMax: fc.constantFrom(0, 5, Infinity),
    accountCalls: fc.nat(100),
    accountCallsMax: fc.constantFrom(50, 1_000),
    accountMb: fc.nat(4_096),
    accountMbMax: fc.constantFrom(2_048, Infinity),
    accountExpected: fc.nat(64),
    accountExpectedMax: fc.constant(64),
    expected: fc.nat(256),
    expectedMax: fc.constant(256),
    spareMb: fc.integer({ min: -1_000, max: 8_192 }),
  });
  fc.assert(
    fc.property(views, (view) => {
      const { taken, refused } = takeIn(view);
      assert.equal(
        refused.reduce((sum, { count }) => sum + count, taken),
        view.count,
      );
      assert.ok(refused.every(({ count, message }) => count > 0 && message !== ''));
      if (taken === 0) return;
      assert.ok(
        view.functionCalls + taken <= view.functionCallsMax && view.accountCalls + taken <= view.accountCallsMax,
      );
      assert.ok(view.accountExpected + taken <= view.accountExpectedMax && view.expected + taken <= view.expectedMax);
      assert.ok((taken - view.there) * view.memoryMb <= Math.max(0, view.spareMb));
    }),
    { numRuns: 3_000 },
  );
});
