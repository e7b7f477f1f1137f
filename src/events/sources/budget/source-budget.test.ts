import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventBytesMax } from '../gather.ts';
import { budgetSize } from './budget-size.ts';
import { SourceBudget, type Holder } from './source-budget.ts';

const [never, mib] = [new AbortController().signal, 1_048_576];
const bytesMax = 128 * mib;
const budgetOf = (): SourceBudget => new SourceBudget({ bytesMax, receiversMax: 32 });

/** Takes batches of a MiB until there is no room for this mapping. */
async function fill(holder: Holder): Promise<Disposable[]> {
  const takings: Disposable[] = [];
  while (holder.mayTake) {
    const taking = await holder.begin(never);
    taking.taken(mib);
    takings.push(taking);
  }
  return takings;
}

test('a mapping leaves room to others of its account, and an account to others', async () => {
  const budget = budgetOf();
  const held: Disposable[][] = [];
  for (const account of ['a', 'a', 'b', 'c']) held.push(await fill(budget.holder(account)));
  const [first = [], second = [], other = [], last = []] = held;
  assert.deepEqual([first.length, second.length > 20, other.length >= 5, last.length >= 1], [56, true, true, true]);
  assert.ok(budget.bytes < bytesMax);
  for (const taking of held.flat()) taking[Symbol.dispose]();
  assert.equal(budget.bytes, 0);
});

test('who has his share is told not to wait any more, and others are not', async () => {
  const budget = budgetOf();
  const [greedy, modest] = [budget.holder('a'), budget.holder('b')];
  const [waits, calm] = [await greedy.begin(never), await modest.begin(never)];
  assert.deepEqual([waits.mayWait, calm.mayWait], [true, true]);
  const takings = await fill(greedy);
  assert.deepEqual([waits.signal.aborted, calm.signal.aborted], [true, false]);
  for (const each of [...takings, waits, calm]) each[Symbol.dispose]();
});

test('whoever waits for room has some set apart when it is his turn; accounts have turns', async () => {
  const budget = budgetOf();
  const all = await budget.holder('z').begin(never);
  all.taken(bytesMax);
  const order: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((account) => budget.holder(account));
  const over = new AbortController();
  const wait = async (holder: Holder | undefined, signal = never): Promise<void> => {
    const taking = await holder?.begin(signal);
    if (signal.aborted) return;
    assert.equal(taking?.mayWait, false);
    order.push(holder?.account ?? '');
    taking?.taken(0);
  };
  const waits = [a, a, a, b, c].map((holder) => wait(holder));
  // One that goes leaves nothing behind.
  waits.push(wait(a, over.signal));
  over.abort();
  all[Symbol.dispose]();
  await Promise.all(waits);
  assert.deepEqual(order, ['a', 'b', 'c', 'a', 'a']);
  assert.equal(budget.bytes, 0);
});

test('what is set apart is given back where its turn came too late', async () => {
  const budget = budgetOf();
  const holder = budget.holder('a');
  const held = await fill(holder);
  const over = new AbortController();
  const begun = holder.begin(over.signal);
  for (const taking of held) taking[Symbol.dispose]();
  assert.equal(budget.bytes, eventBytesMax);
  over.abort();
  (await begun)[Symbol.dispose]();
  assert.equal(budget.bytes, 0);
});

test('receivers are shared in the same way, and given back where others need them', () => {
  const budget = budgetOf();
  const [greedy, other] = [budget.holder('a'), budget.holder('b')];
  const add = (holder: Holder): Disposable[] => {
    const some: Disposable[] = [];
    while (holder.mayAdd) some.push(holder.receiver());
    return some;
  };
  const many = add(greedy);
  assert.deepEqual([many.length, greedy.hasTooMany], [14, false]);
  const some = add(other);
  assert.ok(some.length >= 7, `${some.length}`);
  assert.equal(greedy.hasTooMany, true);
  for (const receiver of [...many, ...some]) receiver[Symbol.dispose]();
  assert.equal(budget.receivers, 0);
});

test('how much that is goes by the memory that there is', () => {
  assert.equal(budgetSize(24 * 1_024 * mib, 4_096 * mib).bytesMax, 512 * mib);
  assert.equal(budgetSize(2_048 * mib, 2_048 * mib).bytesMax, 128 * mib);
  assert.equal(budgetSize(256 * mib, 128 * mib).bytesMax, 64 * mib);
});
