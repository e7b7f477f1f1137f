import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allowedLoad, decide, type Call, type Decision } from './decide.ts';
import { addHost, testCall, testCode, testState, type TestHost } from './testing/hosts.ts';
import { PlacementView } from './view/placement-view.ts';
import { scoreOf } from './view/rendezvous.ts';

const fresh = (): boolean => true;
const middle = (): number => 0.5;

/** This host, and others. */
function hosts(here: TestHost, ...others: readonly TestHost[]): PlacementView {
  const view = new PlacementView('h-0');
  addHost(view, 'h-0', here);
  for (const [nth, host] of others.entries()) addHost(view, `h-${nth + 1}`, host);
  return view;
}

function decided(view: PlacementView, call: Partial<Call> = {}): Decision {
  return decide(testCall(call), view, fresh, middle);
}

/** Ids of all, in the order of the code. */
function ordered(view: PlacementView): string[] {
  return view.hosts
    .map(({ hash, id }) => ({ id, score: scoreOf(testCode, hash) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ id }) => id);
}

test('an idle container here comes first, then one there, then a new one in the order of the code, then one that is made', () => {
  const view = hosts({}, { idle: 1 }, { warm: 1 });
  assert.equal(decided(view, { idleHere: 1, blankHere: true }).why, 'reuse-here');
  const reuse = decided(view, { blankHere: true });
  assert.deepEqual([reuse.why, reuse.host.id], ['reuse-there', 'h-1']);
  const warm = hosts({}, {}, { warm: 1 });
  const anew = decided(warm);
  assert.deepEqual([anew.why, anew.host.id], ['new-there', 'h-2']);
  assert.equal(decided(hosts({}, {}, {}), { blankHere: true }).why, 'new-here');
  const none = hosts({}, {}, {});
  assert.equal(decided(none).host.id, ordered(none)[0]);
});

test('the first hosts of a code get it while they have room, and the next when they have not', () => {
  const view = hosts({ warm: 3 }, { warm: 3 }, { warm: 3 });
  const order = ordered(view);
  const chosen: string[] = [];
  for (let nth = 0; nth < 9; nth += 1) {
    const { host, why } = decided(view, { blankHere: true });
    chosen.push(host.id);
    assert.ok(why.startsWith('new'), why);
    if (host === view.self) host.live({ ...testState, wanted: host.load + 1 });
    else host.began(testCode, 1, { owner: 1, kind: 'nodejs24.x', memoryMb: 128 });
  }
  assert.deepEqual([...new Set(chosen)], order);
  assert.deepEqual(new Set(chosen.slice(0, 3)), new Set([order[0]]));
});

test('what was sent counts before its host tells of it, and when it has ended its container is idle there', () => {
  const view = hosts({}, { idle: 2 });
  const host = view.host('h-1');
  const [first, second] = [host.began(testCode, 0.1), host.began(testCode, 0.1)];
  assert.equal(host.idleOf(testCode), 0);
  first();
  assert.equal(host.idleOf(testCode), 1);
  // It tells of what it had before the calls came.
  host.row('codes', { key: testCode, a: 2, b: 0 });
  host.state(testState, []);
  assert.equal(host.idleOf(testCode), 1);
  assert.ok(host.load >= 0.1);
  second();
  assert.equal(host.idleOf(testCode), 2);
  // One that made its container there.
  const over = view.host('h-1').began(7, 1);
  over();
  assert.equal(host.idleOf(7), 1);
  host.state(testState, []);
  host.row('codes', { key: 7, a: 0, b: 0 });
  assert.equal(host.idleOf(7), 0);
  assert.deepEqual(view.holders(7), []);
});

test('a host that drains, is full, has not been heard, lacks the runtime, or keeps code less apart gets nothing', () => {
  const others: readonly TestHost[] = [
    { takes: false },
    { full: true },
    { facts: { kinds: ['python3.13'] } },
    { facts: { functionMbMax: 64 } },
    { facts: { isolation: 0 } },
  ];
  for (const other of others) {
    const view = hosts({}, { idle: 3, warm: 3, ...other });
    assert.equal(decided(view).host.id, 'h-0', JSON.stringify(other));
  }
  const view = hosts({}, { idle: 3, facts: { directChannels: false } });
  assert.equal(decided(view, { thread: true }).host.id, 'h-0');
  assert.equal(decided(view).host.id, 'h-1');
  assert.equal(decide(testCall(), view, (host) => host === view.self, middle).host.id, 'h-0');
  assert.equal(decided(view, { refusedBy: new Set([view.host('h-1')]) }).host.id, 'h-0');
  view.host('h-1').present = false;
  assert.equal(decided(view).host.id, 'h-0');
});

test('what this host cannot run goes to one that can, and a host that is emptied sends all it can away', () => {
  const view = hosts({ facts: { kinds: ['python3.13'] } }, {}, { wanted: 99 });
  assert.equal(decided(view).host.id, 'h-1');
  assert.equal(decided(hosts({ takes: false, idle: 1 }, {}), { idleHere: 1, blankHere: true }).host.id, 'h-1');
});

test('threads use the processors here first, and then those of all in proportion', () => {
  const view = hosts({ idle: 9 }, { idle: 9 }, { idle: 9 });
  const counts = new Map<string, number>();
  for (let nth = 0; nth < 64; nth += 1) {
    const { host } = decided(view, { thread: true, idleHere: 9 });
    if (nth < 4) assert.equal(host.id, 'h-0');
    counts.set(host.id, (counts.get(host.id) ?? 0) + 1);
    if (host === view.self) host.live({ ...testState, wanted: host.load + 1 });
    else host.began(testCode, 1);
  }
  for (const [id, count] of counts) assert.ok(count >= 17 && count <= 26, `${id} has ${count} of 64`);
  assert.equal(counts.size, 3);
});

test('where all have too much to do, the one with least gets it', () => {
  const view = hosts({ wanted: 60 }, { wanted: 61 }, { wanted: 12, facts: { processors: 1 } }, { wanted: 30 });
  assert.equal(decided(view, { idleHere: 1 }).host.id, 'h-3');
});

test('no host may have much more than the mean, and functions keep together while there is plenty', () => {
  for (const mean of [0.6, 0.8, 1, 3]) assert.ok(allowedLoad(mean) <= 1.2 * mean);
  for (let mean = 0; mean < 2; mean += 0.01) {
    assert.ok(allowedLoad(mean) >= Math.min(0.68, mean), String(mean));
    assert.ok(allowedLoad(mean) > mean);
  }
});

test('whatever hosts say, a decision is for one that may have the call, or for this one', () => {
  const host: fc.Arbitrary<TestHost> = fc.record({
    takes: fc.boolean(),
    full: fc.boolean(),
    wanted: fc.float({ min: 0, max: 20, noNaN: true }),
    memoryFreeMb: fc.nat(300),
    memoryIdleMb: fc.nat(300),
    idle: fc.nat(3),
    busy: fc.nat(3),
    warm: fc.nat(2),
    facts: fc.record({
      isolation: fc.nat(2),
      processors: fc.integer({ min: 1, max: 9 }),
      directChannels: fc.boolean(),
    }),
  });
  const call = fc.record({ idleHere: fc.nat(2), blankHere: fc.boolean(), thread: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(host, { minLength: 1, maxLength: 40 }),
      call,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      ([here, ...others], asked, random) => {
        const view = hosts(here ?? {}, ...others);
        const { host: chosen, why } = decide(testCall(asked), view, fresh, () => random);
        assert.equal(why.endsWith('-here'), chosen === view.self);
        if (chosen === view.self) return;
        assert.ok(chosen.usable);
        assert.ok((chosen.facts?.isolation ?? 0) >= (view.self.facts?.isolation ?? 0));
        if (why === 'reuse-there') assert.ok(chosen.idleOf(testCode) > 0);
      },
    ),
    { numRuns: 500 },
  );
});
