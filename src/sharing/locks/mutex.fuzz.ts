import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantedCall, GrantsSpec, heldByAnswers } from '../testing/grants-spec.ts';
import { checkHistories, type Kind } from '../testing/history.ts';

const mutexes: Kind = {
  draw: ({ name, op, a, timeoutMs }, calls) => {
    const target = grantedCall(calls, name, a);
    if (op < 45 || (target === undefined && op > 55))
      return { request: { kind: 'mutex', op: 'lock', name, ...(timeoutMs !== undefined && { timeoutMs }) } };
    if (op < 55) return { request: { kind: 'mutex', op: 'tryLock', name } };
    return { request: { kind: 'mutex', op: 'unlock', name, token: target?.number ?? 0n }, target };
  },
  spec: (finish) => new GrantsSpec(finish, (_call, held) => held.length === 0),
  invariant: (calls, { released }) => {
    for (const name of ['a', 'b']) {
      const held = heldByAnswers(calls, released).filter(({ request }) => 'name' in request && request.name === name);
      assert.ok(held.length <= 1, 'one at a time');
    }
  },
};

test('a mutex is held by one at a time, handed over in line, and free after its holder dies', () =>
  checkHistories(mutexes));
