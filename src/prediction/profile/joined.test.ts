import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EdgeRecord, ProfileRecord } from '../../model/call-profiles.ts';
import { joinedProfile } from './joined.ts';

const edge = (changes: Partial<EdgeRecord>): EdgeRecord => ({
  ...{ name: 'g', qualifier: '', kinds: ['call'], hits: 1, calls: 1, together: 1, delayMs: 0, spreadMs: 0 },
  ...{ useful: 0, wasted: 0, ...changes },
});
const profile = (changes: Partial<ProfileRecord>): ProfileRecord => ({
  ...{ account: '1', name: 'f', runs: 1, updatedAt: 1, edges: [], hosts: [], ...changes },
});

test('what hosts have learned of a function is added up, and times are those of all their runs', () => {
  const one = profile({ runs: 1, edges: [edge({ delayMs: 10 })], hosts: [{ host: 'a', connections: 1 }] });
  const other = profile({
    updatedAt: 2,
    runs: 3,
    edges: [edge({ hits: 3, calls: 6, delayMs: 50, useful: 2 }), edge({ name: 'h' })],
    hosts: [{ host: 'a', connections: 2 }],
  });
  const { runs, updatedAt, edges, hosts } = joinedProfile([one, other]) ?? assert.fail();
  assert.deepEqual([runs, updatedAt, hosts], [4, 2, [{ host: 'a', connections: 3 }]]);
  const [first, second] = edges;
  const { hits, calls, delayMs, spreadMs, useful } = first ?? assert.fail();
  assert.deepEqual([hits, calls, delayMs, Math.round(spreadMs), useful, second?.name], [4, 7, 40, 17, 2, 'h']);
});
