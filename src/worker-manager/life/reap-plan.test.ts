import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ReapInstance, reapPlan } from './reap-plan.ts';

type One = ReapInstance<string, string>;
const settings = { containerIdleMs: 100, instanceIdleMs: 50, instanceLifeMs: 1_000, surplusIdleMs: 20 };
const one: One = {
  instance: 'i',
  bornAt: 0,
  retiring: false,
  held: false,
  empty: false,
  emptySince: 0,
  spare: false,
  exhausted: false,
  idle: [],
};
const instances: fc.Arbitrary<One[]> = fc.array(
  fc.record({
    instance: fc.uuid(),
    bornAt: fc.nat(2_000),
    retiring: fc.boolean(),
    held: fc.boolean(),
    empty: fc.boolean(),
    emptySince: fc.nat(2_000),
    spare: fc.boolean(),
    exhausted: fc.boolean(),
    idle: fc.array(fc.record({ container: fc.uuid(), usedAt: fc.nat(2_000), surplus: fc.boolean() }), { maxLength: 3 }),
  }),
  { maxLength: 8 },
);

test('a container ends when it was idle for its time-out, an instance when nobody was in it for its own', () => {
  const idle = [
    { container: 'old', usedAt: 400, surplus: false },
    { container: 'young', usedAt: 450, surplus: false },
  ];
  const plan = reapPlan(
    [
      { ...one, idle },
      { ...one, instance: 'empty', empty: true, emptySince: 450 },
    ],
    500,
    settings,
  );
  assert.deepEqual(plan, { containers: ['old'], retire: [], destroy: ['empty'], nextAt: 550 });
});

test('what another one of its kind makes superfluous goes early', () => {
  const idle = [
    { container: 'surplus', usedAt: 480, surplus: true },
    { container: 'last', usedAt: 480, surplus: false },
  ];
  assert.deepEqual(reapPlan([{ ...one, idle }], 500, settings).containers, ['surplus']);
  const empty = { ...one, empty: true, emptySince: 480 };
  assert.deepEqual(reapPlan([{ ...empty, spare: true }], 500, settings).destroy, ['i']);
  assert.deepEqual(reapPlan([empty], 500, settings).destroy, []);
});

test('an instance past its life is retired, whatever is in it; one that can hold nothing more goes at once', () => {
  assert.deepEqual(reapPlan([{ ...one, held: true }], 1_000, settings).retire, ['i']);
  const exhausted = { ...one, empty: true, emptySince: 500, exhausted: true };
  assert.deepEqual(reapPlan([exhausted], 500, settings).destroy, ['i']);
  assert.deepEqual(reapPlan([{ ...exhausted, held: true }], 500, settings).destroy, []);
});

test('nothing that is held is destroyed, what is retiring is left alone, and nothing is due before it says', () => {
  fc.assert(
    fc.property(instances, fc.nat(3_000), (all, now) => {
      const plan = reapPlan(all, now, settings);
      const find = (id: string): One => all.find(({ instance }) => instance === id) ?? assert.fail();
      for (const id of plan.destroy) assert.ok(!find(id).held && find(id).empty);
      for (const id of [...plan.destroy, ...plan.retire]) assert.ok(!find(id).retiring);
      assert.ok(plan.nextAt > now);
      const left = all.filter(({ instance }) => ![...plan.destroy, ...plan.retire].includes(instance));
      const calm = left.map((each) => ({
        ...each,
        idle: each.idle.filter(({ container }) => !plan.containers.includes(container)),
      }));
      if (plan.nextAt === Infinity || left.length < all.length) return;
      const before = reapPlan(calm, plan.nextAt - 2, settings);
      assert.deepEqual([before.containers, before.retire, before.destroy], [[], [], []]);
      const then = reapPlan(calm, plan.nextAt, settings);
      assert.ok(then.containers.length + then.retire.length + then.destroy.length > 0);
    }),
    { numRuns: 3_000 },
  );
});
