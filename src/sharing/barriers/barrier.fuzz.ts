import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../testing/calls.ts';
import { checkHistories, type Kind } from '../testing/history.ts';
import type { Finish, Spec } from '../testing/model.ts';

const parties = 3;

function barrierSpec(finish: Finish): Spec {
  let waiting: Call[] = [];
  let broken = false;
  const end = (outcome: (index: number) => string): void => {
    for (const [index, call] of waiting.splice(0).entries()) finish(call, outcome(index));
  };
  return {
    begin: (call) => {
      if (call.request.op === 'reset') {
        end(() => 'error broken');
        broken = false;
        finish(call, 'done');
      } else if (broken) finish(call, 'error broken');
      else waiting.push(call);
      if (waiting.length === parties) end((index) => `arrived ${index}`);
    },
    leave: (call) => {
      waiting = waiting.filter((each) => each !== call);
      broken = true;
      end(() => 'error broken');
    },
    drop: () => undefined,
    desert: () => void (broken = false),
    get empty() {
      return !broken && waiting.length === 0;
    },
  };
}

const barriers: Kind = {
  draw: ({ name, op, timeoutMs }) => {
    const of = { kind: 'barrier', name, parties } as const;
    if (op < 15) return { request: { ...of, op: 'reset' } };
    return { request: { ...of, op: 'wait', ...(timeoutMs !== undefined && { timeoutMs }) } };
  },
  spec: barrierSpec,
  invariant: (calls) => {
    // All get through or none: as many came first as second as last.
    for (const name of ['a', 'b']) {
      const through = calls.filter(({ request, outcome }) => 'name' in request && request.name === name && outcome);
      const counts = [0, 1, 2].map((index) => through.filter(({ outcome }) => outcome === `arrived ${index}`).length);
      assert.equal(new Set(counts).size, 1, 'all get through, or none');
    }
  },
};

test('a barrier lets all through or none, and nobody waits for one who died', () => checkHistories(barriers));
