import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../testing/calls.ts';
import { grantedCall, GrantsSpec, heldByAnswers } from '../testing/grants-spec.ts';
import { checkHistories, type Kind } from '../testing/history.ts';

const permits = 4;
const taken = (calls: readonly Call[]): number =>
  calls.reduce((sum, { request }) => sum + ('n' in request ? request.n : 0), 0);

const semaphores: Kind = {
  draw: ({ name, op, a, b, timeoutMs }, calls) => {
    const target = grantedCall(calls, name, a);
    const of = { kind: 'semaphore', name, permits } as const;
    const n = 1 + (b % permits);
    if (op < 45 || (target === undefined && op > 55))
      return { request: { ...of, op: 'acquire', n, ...(timeoutMs !== undefined && { timeoutMs }) } };
    if (op < 55) return { request: { ...of, op: 'tryAcquire', n } };
    return { request: { ...of, op: 'release', token: target?.number ?? 0n }, target };
  },
  spec: (finish) => new GrantsSpec(finish, (call, held) => taken([call, ...held]) <= permits),
  invariant: (calls, { released }) => {
    for (const name of ['a', 'b']) {
      const held = heldByAnswers(calls, released).filter(({ request }) => 'name' in request && request.name === name);
      assert.ok(taken(held) <= permits, 'never more permits than there are');
    }
  },
};

test('a semaphore gives no more than it has, in line, past nobody, and gets back what the dead had', () =>
  checkHistories(semaphores));
