import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planBackup } from './plan.ts';

test('snapshots of a log come right before it, what logs name after all of them, who is there not at all', () => {
  const streams = ['OBJ_CODE', 'KV_heddle-hosts', 'STATE', 'OBJ_STATE_SNAPSHOTS', 'SHARD-1', 'OBJ_SHARD-1_SNAPSHOTS'];
  assert.deepEqual(planBackup(streams), {
    groups: [['OBJ_SHARD-1_SNAPSHOTS', 'SHARD-1'], ['OBJ_STATE_SNAPSHOTS', 'STATE'], ['OBJ_CODE']],
    without: ['KV_heddle-hosts'],
  });
});

test('a log without snapshots is taken as everything else', () => {
  assert.deepEqual(planBackup(['STATE', 'KV_LEASES']).groups, [['KV_LEASES'], ['STATE']]);
});
