import { test } from 'node:test';
import type { SharedRequest } from '../../api/sharing.ts';
import { checkHistories, type Kind } from '../testing/history.ts';
import type { Finish, Spec } from '../testing/model.ts';

const [min, max] = [-(2n ** 127n), 2n ** 127n - 1n];
const steps: readonly bigint[] = [1n, -1n, 2n, -2n, 0n, max, min, 2n ** 126n, -(2n ** 126n), 1n];
const nameOf = (request: SharedRequest): string => ('name' in request ? request.name : '');

function counterSpec(finish: Finish): Spec {
  let value = 0n;
  return {
    begin: (call) => {
      const { request } = call;
      if (request.op === 'compareExchange') {
        finish(call, `number ${value}`);
        if (request.expected === value) value = request.next;
        return;
      }
      const next = value + (request.op === 'add' ? request.by : 0n);
      if (next < min || next > max) finish(call, 'error invalid');
      else finish(call, `number ${(value = next)}`);
    },
    leave: () => undefined,
    drop: () => undefined,
    desert: () => undefined,
    get empty() {
      return value === 0n;
    },
  };
}

const counters: Kind = {
  draw: ({ name, op, a, b }) => {
    const of = { kind: 'counter', name } as const;
    if (op < 60) return { request: { ...of, op: 'add', by: steps[a] ?? 1n } };
    if (op < 70) return { request: { ...of, op: 'get' } };
    return { request: { ...of, op: 'compareExchange', expected: BigInt(a % 3), next: steps[b] ?? 0n } };
  },
  spec: counterSpec,
  cleanUp: (calls) =>
    ['a', 'b'].flatMap((name): SharedRequest[] => {
      const last = calls.findLast(({ request }) => nameOf(request) === name);
      if (last === undefined) return [];
      if (last.request.op !== 'get') return [{ kind: 'counter', op: 'get', name }];
      const value = BigInt(last.outcome?.slice('number '.length) ?? 0);
      // Its own negation does not fit for the smallest.
      const by = value === min ? max : -value;
      return value === 0n ? [] : [{ kind: 'counter', op: 'add', name, by }];
    }),
};

test('a counter is what a number would be, one call after the other, within 128 bits', () => checkHistories(counters));
