import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostRecord } from '../contract.ts';
import { refuseNamesake } from './namesake.ts';

const host = (id: string, name: string): HostRecord => ({
  id,
  name,
  peer: { host: '127.0.0.1', port: 1 },
  certificate: '',
  url: `http://127.0.0.1/${id}`,
  release: '0',
  protocol: { min: 1, max: 1 },
  startedAt: 0,
});

test('a host is refused whose name another has that is heard; its own earlier process is no other', () => {
  const heard = [host('h-1', 'one'), host('h-2', 'two')];
  assert.throws(() => refuseNamesake(host('h-3', 'two'), heard), /called two: h-2 at http.*h-2.*--host-name/);
  refuseNamesake(host('h-2', 'two'), heard);
  refuseNamesake(host('h-3', 'three'), heard);
});
