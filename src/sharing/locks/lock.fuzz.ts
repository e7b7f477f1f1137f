import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../testing/calls.ts';
import { grantedCall, GrantsSpec, heldByAnswers } from '../testing/grants-spec.ts';
import { checkHistories, type Kind } from '../testing/history.ts';

const isShared = ({ request }: Call): boolean => 'mode' in request && request.mode === 'shared';

const locks: Kind = {
  draw: ({ name, op, a, b, timeoutMs }, calls) => {
    const target = grantedCall(calls, name, a);
    const mode = b < 5 ? 'shared' : 'exclusive';
    const asks = { kind: 'locks', op: 'request', name, mode, ifAvailable: false, steal: false } as const;
    if (op < 45 || (target === undefined && op > 58))
      return { request: { ...asks, ...(timeoutMs !== undefined && { timeoutMs }) } };
    if (op < 52) return { request: { ...asks, ifAvailable: true } };
    if (op < 58) return { request: { ...asks, mode: 'exclusive', steal: true } };
    const about = { kind: 'locks', name, token: target?.number ?? 0n } as const;
    return { request: { ...about, op: op < 68 ? 'ended' : 'release' }, target };
  },
  spec: (finish) => new GrantsSpec(finish, (call, held) => held.length === 0 || [call, ...held].every(isShared)),
  invariant: (calls, { released }) => {
    for (const name of ['a', 'b']) {
      const all = calls.filter(({ request }) => 'name' in request && request.name === name);
      const tokenOf = ({ number }: Call): bigint => number ?? 0n;
      const stolen = all.filter((call) => call.outcome === 'granted' && 'steal' in call.request && call.request.steal);
      // What was granted before a lock was stolen is not held any more.
      const since = stolen.map(tokenOf).reduce((last, token) => (token > last ? token : last), 0n);
      const held = heldByAnswers(all, released).filter((call) => tokenOf(call) >= since);
      assert.ok(held.length <= 1 || held.every(isShared), 'one alone, or several that share');
    }
  },
};

test('a lock is held by one alone or shared, granted in line, stolen at once, and free after its holders die', () =>
  checkHistories(locks));
