import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeValue } from '../../protocol/clone.ts';
import { CallRate, CallServer, type CallLimits, type PortionCalls } from './calls.ts';
import { CallRefusedError, type PortionError } from './portion-error.ts';
import type { StandardSchema } from './standard-schema.ts';

const limits: CallLimits = { count: 5, perSecond: 1_000, atOnce: 2, bytes: 1_000 };

/** A server of these calls, what it said, and why it ended its portion. */
function serve(calls: PortionCalls, more: Partial<CallLimits> = {}) {
  const said: unknown[] = [];
  const ends: PortionError[] = [];
  const answered: (() => void)[] = [];
  const all = { ...limits, ...more };
  const server = new CallServer({
    portion: 'plug-in',
    calls,
    limits: all,
    rate: new CallRate(all.perSecond),
    reply: (value) => {
      if (encodeValue(value).length > all.bytes) throw new RangeError('too large');
      said.push(value);
      for (const wake of answered.splice(0)) wake();
    },
    end: (why) => void ends.push(why),
  });
  const ask = (value: unknown): void => server.receive(encodeValue(value));
  const until = async (count: number): Promise<unknown[]> => {
    while (said.length < count) await new Promise<void>((resolve) => answered.push(resolve));
    return said;
  };
  return { ask, until, said, ends, server };
}

const numbers: StandardSchema<unknown, readonly number[]> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'number')
        ? { value: value.map(Number) }
        : { issues: [{ message: 'must be numbers', path: [0, { key: 'x' }] }] },
  },
};

describe('The calls that a program gives to a portion', () => {
  test('are made with plain arguments, and answered', async () => {
    const { ask, until } = serve({ add: (a: number, b: number) => a + b });
    ask([1, 'add', [2, 3]]);
    assert.deepEqual(await until(1), [[1, true, 5]]);
  });

  test('tell of an error only what was meant for the portion', async () => {
    const { ask, until } = serve({
      leak: () => {
        throw new Error('password 123');
      },
      tell: async () => {
        throw new CallRefusedError('no such user');
      },
    });
    ask([1, 'leak', []]);
    await until(1);
    ask([2, 'tell', []]);
    assert.deepEqual(await until(2), [
      [1, false, { name: 'Error', message: 'The call of `leak` failed.' }],
      [2, false, { name: 'CallRefusedError', message: 'no such user' }],
    ]);
  });

  test('are checked by schemas, whose values are what the handler gets', async () => {
    const got: unknown[] = [];
    const { ask, until } = serve({ add: { run: (...args: never[]) => void got.push(args), args: numbers } });
    ask([1, 'add', ['1']]);
    assert.deepEqual(await until(1), [
      [1, false, { name: 'CallRefusedError', message: 'It was refused: at 0.x: must be numbers.' }],
    ]);
    assert.deepEqual(got, []);
    ask([2, 'add', [1]]);
    await until(2);
    assert.deepEqual(got, [[1]]);
  });

  test('are none but those that were given, whatever objects have by themselves', async () => {
    const { ask, until } = serve({ add: () => 1 });
    for (const [id, name] of ['toString', 'constructor', '__proto__', 'hasOwnProperty'].entries()) ask([id, name, []]);
    for (const answer of await until(4)) assert.match(JSON.stringify(answer), /There is no call .*there are: add/);
  });

  test('are so many in one, and so many at a time', async () => {
    const gate = Promise.withResolvers<void>();
    const { ask, until, said } = serve({ wait: () => gate.promise, now: () => 1 });
    for (const id of [1, 2, 3]) ask([id, 'wait', []]);
    assert.match(JSON.stringify(said), /^\[\[3,false,.*`callLimits\.atOnce`/);
    gate.resolve();
    await until(3);
    for (const id of [4, 5, 6]) {
      await new Promise(setImmediate);
      ask([id, 'now', []]);
      await until(id);
    }
    await new Promise(setImmediate);
    ask([7, 'now', []]);
    assert.match(JSON.stringify(said.at(-1)), /5 calls were made.*`callLimits\.count`/);
  });

  test('are so many in a second, of all of a portion', () => {
    const rate = new CallRate(2);
    const at = performance.now();
    assert.deepEqual([rate.take(at), rate.take(at), rate.take(at)], [true, true, false]);
    assert.deepEqual([rate.take(at + 600), rate.take(at + 600)], [true, false]);
    assert.deepEqual([rate.take(at + 60_000), rate.take(at + 60_000), rate.take(at + 60_000)], [true, true, false]);
  });

  test('give no more bytes than they may', async () => {
    const { ask, until } = serve({ much: () => 'x'.repeat(2_000) });
    ask([1, 'much', []]);
    assert.deepEqual(await until(1), [[1, false, { name: 'Error', message: 'The call of `much` failed.' }]]);
  });

  for (const [what, message] of Object.entries<[unknown, RegExp]>({
    'is no call': [{ call: 'add' }, /no number, name and arguments/],
    'would pollute': [[1, 'add', [JSON.parse('{"__proto__": 1}')]], /__proto__/],
    'is too large': [[1, 'add', ['x'.repeat(1_000)]], /at most 1000/],
  }))
    test(`end a portion that says what ${what}, and nothing of it is heard any more`, () => {
      let called = 0;
      const { ask, ends, said } = serve({ add: () => (called += 1) });
      ask(message[0]);
      ask([2, 'add', []]);
      assert.deepEqual([ends.length, ends[0]?.kind, called, said], [1, 'calls', 0, []]);
      assert.match(ends[0]?.message ?? '', message[1]);
    });

  test('end a portion that goes on to ask for what it is refused', () => {
    const { ask, ends } = serve({ add: () => 1 });
    for (let id = 0; id <= 1_000; id += 1) ask([id, 'nothing', []]);
    assert.equal(ends.length, 1);
    assert.match(ends[0]?.message ?? '', /1001 calls that were refused/);
  });
});
