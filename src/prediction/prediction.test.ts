import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { HandClock } from '../events/testing/hand-clock.ts';
import type { ProfileRecord, ProfileStore } from '../model/call-profiles.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import { Prediction } from './prediction.ts';

const [account, other] = ['000000000001', '000000000002'];

class MemoryStore implements ProfileStore {
  readonly profiles = new Map<string, ProfileRecord>();
  readonly off = new Set<string>();
  full = false;

  read(): ReturnType<ProfileStore['read']> {
    const off = [...this.off].map((key) => ({ account: key.split('/')[0] ?? '', name: key.split('/')[1] ?? '' }));
    return { profiles: [...this.profiles.values()], off };
  }

  write(...[changed, gone]: Parameters<ProfileStore['write']>): void {
    if (this.full) throw new Error('The disk is full.');
    for (const one of gone) this.profiles.delete(`${one.account}/${one.name}`);
    for (const one of changed) this.profiles.set(`${one.account}/${one.name}`, structuredClone(one));
  }

  turn(...[{ account: whose, name }, to]: Parameters<ProfileStore['turn']>): void {
    if (to === 'off') this.off.add(`${whose}/${name}`);
    else this.off.delete(`${whose}/${name}`);
  }

  [Symbol.dispose](): void {
    // Nothing to close.
  }
}

function version(name: string, of = account): FunctionVersion {
  const [arn, role, description] = [`arn:aws:lambda:us-east-1:${of}:function:${name}`, '', ''];
  const code = { codeSha256: name, codeBytes: 1, handler: 'index.handler', runtime: 'nodejs24.x' as const };
  const sizes = { memoryMb: 256, timeoutMs: 3_000, environment: {}, modifiedAt: 0 };
  return { account: of, name, version: '$LATEST', arn, revisionId: name, role, description, ...code, ...sizes };
}

let store: MemoryStore;
let clock: HandClock;
let prepared: string[];
let unkept: string[];

function open(): Prediction {
  return new Prediction({
    clock,
    store,
    off: false,
    supplyOf: () => ({ idle: 0, busy: 0, preparing: 0 }),
    waiting: () => false,
    resolve: async (of, name) => (name === 'missing' ? undefined : version(name, of)),
    prepare: (fn, count) => {
      prepared.push(`${fn.name} ${count}`);
      return count;
    },
    onUnkept: (error) => unkept.push(String(error)),
  });
}

/** One run of a function that calls another. */
function run(prediction: Prediction, name: string, callee: string, of = account): void {
  const caller = prediction.callerOf(version(name, of));
  caller?.begin();
  caller?.started();
  caller?.calls({ account: of, name: callee, qualifier: '', function: version(callee, of) }, 'call')?.();
  caller?.ended();
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  store = new MemoryStore();
  clock = new HandClock('2026-01-01T00:00:00Z');
  prepared = [];
  unkept = [];
});
afterEach(() => assert.deepEqual(unkept, []));

test('what follows is prepared from the third run on, and after a restart', async () => {
  {
    using prediction = open();
    for (let n = 0; n < 2; n += 1) run(prediction, 'a', 'b');
    await settled();
    assert.deepEqual(prepared, []);
    // A moment ago nothing was missing, so that it was not looked for again.
    clock.moveTo(clock.now() + 1_000);
    prediction.callerOf(version('a'))?.begin();
    await settled();
    assert.deepEqual(prepared, ['b 1']);
    assert.equal(prediction.snapshot(account).outstanding, 1);
  }
  using again = open();
  again.callerOf(version('a'))?.begin();
  await settled();
  assert.deepEqual(prepared, ['b 1', 'b 1']);
});

test('of one account another knows nothing, and its switches are its own', () => {
  using prediction = open();
  for (let n = 0; n < 3; n += 1) run(prediction, 'a', 'b');
  assert.deepEqual(prediction.show(other, 'a').calls, []);
  assert.equal(prediction.snapshot(other).functions, 0);
  prediction.turn(other, '', 'off');
  assert.equal(prediction.whyOff(account, 'a'), undefined);
  assert.match(prediction.whyOff(other, 'a') ?? '', /account/);
  run(prediction, 'a', 'b', other);
  assert.equal(prediction.show(other, 'a').runs, 0);
  prediction.removedAccount(other);
  assert.equal(prediction.whyOff(other, 'a'), undefined);
});

test('a function that is removed takes what was known, and its switch, from the store as well', () => {
  using prediction = open();
  for (let n = 0; n < 3; n += 1) run(prediction, 'a', 'b');
  prediction.keep();
  assert.equal(store.profiles.size, 1);
  prediction.turn(account, 'a', 'off');
  prediction.removed(account, 'a');
  prediction.keep();
  assert.deepEqual([store.profiles.size, store.off.size], [0, 0]);
});

test('little of what is known holds for other code, also of what was known before anything was deployed', () => {
  using prediction = open();
  const one = version('a');
  prediction.deployed(one);
  for (let n = 0; n < 20; n += 1) run(prediction, 'a', 'b');
  prediction.deployed(one);
  assert.equal(prediction.show(account, 'a').runs, 20);
  prediction.deployed({ ...one, codeSha256: 'other' });
  assert.equal(prediction.show(account, 'a').runs, 2);
});

test('what could not be kept is kept the next time', () => {
  using prediction = open();
  run(prediction, 'a', 'b');
  run(prediction, 'b', 'c');
  prediction.keep();
  prediction.removed(account, 'a');
  run(prediction, 'b', 'c');
  store.full = true;
  prediction.keep();
  assert.deepEqual(unkept.splice(0), ['Error: The disk is full.']);
  store.full = false;
  prediction.keep();
  assert.deepEqual(
    [...store.profiles.values()].map(({ name, runs }) => [name, runs]),
    [['b', 2]],
  );
});

test('a thread is not prepared as it was bound before policies changed', async () => {
  using prediction = open();
  for (let n = 0; n < 3; n += 1) run(prediction, 'a', 'thread-0123456789abcdef');
  const begins = async (): Promise<void> => {
    clock.moveTo(clock.now() + 60_000);
    const caller = prediction.callerOf(version('a'));
    caller?.begin();
    await settled();
    caller?.ended();
  };
  prediction.policiesChanged(account);
  await begins();
  assert.deepEqual(prepared, []);
  run(prediction, 'a', 'thread-0123456789abcdef');
  await begins();
  assert.deepEqual(prepared, ['thread-0123456789abcdef 1']);
});

test('what is due is prepared shortly before, with what follows it; what cannot be called is not', async () => {
  using prediction = open();
  for (let n = 0; n < 3; n += 1) run(prediction, 'a', 'b');
  await settled();
  prepared = [];
  const due = (name: string, inMs: number): void => prediction.due({ account, name, qualifier: '' }, inMs);
  due('a', 60_000);
  due('a', 90_000);
  due('missing', 60_000);
  due('a', 10 * 3_600_000);
  clock.moveTo(clock.now() + 58_000);
  await settled();
  assert.deepEqual(prepared, []);
  clock.moveTo(clock.now() + 600);
  await settled();
  assert.deepEqual(prepared, ['a 1', 'b 1']);
});
