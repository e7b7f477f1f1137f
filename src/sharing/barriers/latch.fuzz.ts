import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../testing/calls.ts';
import { checkHistories, type Kind } from '../testing/history.ts';
import type { Finish, Spec } from '../testing/model.ts';

const count = 5;

function latchSpec(finish: Finish): Spec {
  let waiting: Call[] = [];
  let counted = 0;
  return {
    begin: (call) => {
      if (call.request.op === 'countDown') {
        counted = Math.min(count, counted + call.request.n);
        finish(call, `remaining ${count - counted}`);
      } else waiting.push(call);
      if (counted === count) for (const each of waiting.splice(0)) finish(each, 'done');
    },
    leave: (call) => void (waiting = waiting.filter((each) => each !== call)),
    drop: () => undefined,
    desert: () => void (counted = 0),
    get empty() {
      return counted + waiting.length === 0;
    },
  };
}

const latches: Kind = {
  draw: ({ name, op, b, timeoutMs }) => {
    const of = { kind: 'latch', name, count } as const;
    if (op < 30) return { request: { ...of, op: 'countDown', n: 1 + (b % 2) } };
    return { request: { ...of, op: 'wait', ...(timeoutMs !== undefined && { timeoutMs }) } };
  },
  spec: latchSpec,
  invariant: (calls) => {
    // Once one has got through, nobody waits until it begins anew.
    let open = false;
    for (const { request, outcome } of calls) {
      if (!('name' in request) || request.name !== 'b') continue;
      if (request.op === 'countDown') open = outcome === 'remaining 0';
      else if (open) assert.notEqual(outcome, undefined, 'nobody waits at an open latch');
    }
  },
};

test('a latch opens for all who wait once it was counted down, also by those who died', () => checkHistories(latches));
