import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ranked } from './ranking.ts';
import { shardCount, shardOf } from './shards.ts';

const hostsOf = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `h-${(from + n).toString(16).padStart(16, '0')}`);

test('an account has the same shard on every host and for ever', () => {
  assert.deepEqual(['000000000000', '123456789012', '999999999999'].map(shardOf), [1, 6, 2]);
});

test('accounts spread over all shards', () => {
  const accounts = Array.from({ length: 8_000 }, (_, n) => shardOf(String(n).padStart(12, '0')));
  const counts = Array.from({ length: shardCount }, (_, shard) => accounts.filter((one) => one === shard).length);
  assert.ok(Math.max(...counts) < 1_150 && Math.min(...counts) > 850, counts.join(' '));
});

test('shards spread over hosts, whatever these are called', () => {
  let most = 0;
  for (let cluster = 0; cluster < 200; cluster += 1) {
    const hosts = hostsOf(3, cluster * 7);
    const best = Array.from({ length: shardCount }, (_, shard) => ranked(shard, hosts)[0]);
    const counts = hosts.map((host) => best.filter((one) => one === host).length);
    most += Math.max(...counts);
  }
  // Of eight, by chance: 4.1 at the fullest of three by the mean.
  assert.ok(most / 200 < 4.6, String(most / 200));
});

test('where a host comes or goes, only its own shards move', () => {
  const hosts = hostsOf(5);
  for (const gone of hosts) {
    const rest = hosts.filter((host) => host !== gone);
    for (let shard = 0; shard < shardCount; shard += 1) {
      const order = ranked(shard, hosts);
      assert.deepEqual(
        ranked(shard, rest),
        order.filter((host) => host !== gone),
      );
    }
  }
});

test('the order in which hosts are known does not matter', () => {
  const hosts = hostsOf(4);
  assert.deepEqual(ranked(3, hosts), ranked(3, hosts.toReversed()));
});
