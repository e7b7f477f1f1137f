import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostRecord } from '../../cluster/contract.ts';
import { toGive } from './open-life.ts';

const host = (id: string, more: Partial<HostRecord> = {}): HostRecord => ({
  ...{ id, name: id, peer: { host: '127.0.0.1', port: 1 }, certificate: '', url: '', release: '0' },
  ...{ protocol: { min: 1, max: 1 }, startedAt: 0 },
  ...more,
});

test('a host that drains waits for others to take its shards, and not where nobody does', () => {
  const self = host('h-1', { draining: true });
  const left = (...others: HostRecord[]): number => toGive({ self, alive: () => [self, ...others] }, ['a', 'b']);
  assert.equal(left(host('h-2')), 2);
  assert.equal(left(host('h-2', { draining: true }), host('h-3')), 2);
  assert.equal(left(host('h-2', { draining: true })), 0);
  assert.equal(left(), 0);
});
