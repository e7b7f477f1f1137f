import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planShard, type ShardView } from './plan.ts';
import { ranked } from './ranking.ts';

const hosts = ['h-1', 'h-2', 'h-3'];
const order = ranked(0, hosts);
const [best = '', second = '', third = ''] = order;

function view(self: string, more: Partial<ShardView> = {}): ShardView {
  const usual = { isHere: false, holder: undefined, freeMs: 0, betterMs: 0, isUsed: true, isBusy: false };
  return { shard: 0, self, candidates: hosts, ...usual, returned: 0, failed: false, ...more };
}

test('a shard that is free is taken by who should have it, at once', () => {
  assert.deepEqual(planShard(view(best)), { kind: 'take' });
  assert.equal(planShard(view(second)).kind, 'wait');
});

test('the others take it one after the other where nobody does', () => {
  const [first = -1, next = -1, last = -1] = [best, second, third].map((self) => {
    const step = planShard(view(self));
    return step.kind === 'wait' ? step.ms : 0;
  });
  assert.ok(first === 0 && next > 0 && last > next, `${first} ${next} ${last}`);
  assert.deepEqual(planShard(view(third, { freeMs: last })), { kind: 'take' });
});

test('who could not open it waits for all others, and tries it again', () => {
  const last = planShard(view(third));
  const failed = planShard(view(best, { failed: true }));
  assert.ok(failed.kind === 'wait' && last.kind === 'wait' && failed.ms > last.ms);
  assert.equal(planShard(view(best, { failed: true, freeMs: failed.ms })).kind, 'take');
});

test('what another has that is heard is left to it', () => {
  assert.equal(planShard(view(best, { holder: second, freeMs: 1e9 })).kind, 'wait');
});

test('a better host is given a shard when it has been there for a while, and sooner one in which nothing is kept', () => {
  const here = { isHere: true };
  assert.equal(planShard(view(best, { ...here, betterMs: 0 })).kind, 'wait');
  assert.equal(planShard(view(second, { ...here, betterMs: 10_000 })).kind, 'wait');
  assert.equal(planShard(view(second, { ...here, betterMs: 10_000, isUsed: false })).kind, 'give');
  assert.equal(planShard(view(second, { ...here, betterMs: 30_000 })).kind, 'give');
});

test('a shard in which something is under way stays, unless its host goes', () => {
  const busy = { isHere: true, isBusy: true, betterMs: 1e9 };
  assert.equal(planShard(view(second, busy)).kind, 'wait');
  assert.equal(planShard(view(second, { ...busy, candidates: [best, third] })).kind, 'give');
});

test('who takes no more work gives what it has, unless nobody else is there', () => {
  const others = hosts.filter((host) => host !== best);
  assert.equal(planShard(view(best, { candidates: others, isHere: true })).kind, 'give');
  assert.equal(planShard(view(best, { candidates: others })).kind, 'wait');
  assert.equal(planShard(view(best, { candidates: [], isHere: true })).kind, 'wait');
});

test('nobody takes what it would give away at once', () => {
  for (const self of hosts)
    for (const candidates of [hosts, [best, second], [third]])
      for (const freeMs of [0, 2_000, 60_000]) {
        const taken = planShard(view(self, { candidates, freeMs }));
        if (taken.kind !== 'take') continue;
        assert.equal(planShard(view(self, { candidates, isHere: true })).kind, 'wait');
      }
});
