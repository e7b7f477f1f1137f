import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterLife, HostId, HostRecord, PeerHandler } from '../contract.ts';
import { StepClock } from '../testing/step-clock.ts';
import { openLife, writeMsMax, type LifeOptions, type Work } from './life.ts';

const record = (n: number, name = `host-${n}`): HostRecord => ({
  id: `h-${n}`,
  name,
  peer: { host: '127.0.0.1', port: n },
  certificate: '',
  url: '',
  release: '0',
  protocol: { min: 1, max: 1 },
  startedAt: 0,
});

/** Hosts that hear each other: all of `records` but those in `silent`. `written`: until records can be. */
function hosts(
  records: readonly HostRecord[],
  silent: ReadonlySet<HostId>,
  work: readonly Work[],
  { clock = new StepClock(), written = Promise.resolve() }: { clock?: StepClock; written?: Promise<void> } = {},
): ClusterLife[] {
  const all = new Map(records.map((each) => [each.id, each]));
  const handlers = new Map<string, PeerHandler>();
  return records.map(({ id }) => {
    const self = all.get(id);
    assert.ok(self !== undefined);
    const membership: LifeOptions['membership'] = {
      get self() {
        return all.get(id) ?? self;
      },
      alive: () => [...all.values()].filter((each) => !silent.has(each.id)),
      hasEnded: () => false,
      all: () => [...all.values()],
      find: (other) => all.get(other),
      onChange: () => ({ [Symbol.dispose]: () => undefined }),
      setDraining: async (draining) => {
        await written;
        const { draining: _, ...rest } = all.get(id) ?? self;
        all.set(id, draining ? { ...rest, draining } : rest);
      },
      forget: async (other) => void (await written.then(() => all.delete(other))),
      leave: async () => void all.delete(id),
    };
    return openLife({
      membership,
      peers: {
        serve: (method, handler) => void handlers.set(`${id} ${method}`, handler),
        call: async (host, method, body, signal = new AbortController().signal) => {
          const handler = handlers.get(`${host} ${method}`);
          assert.ok(handler !== undefined);
          return await handler(structuredClone(body), id, signal);
        },
      },
      work,
      clock,
    });
  });
}

describe('the life of hosts', () => {
  test('a host is drained from itself and from another, by name and by id, and takes work again', async () => {
    let running = 2;
    const [one, two] = hosts([record(1), record(2)], new Set(), [
      { what: 'running invocations', count: () => running },
    ]);
    assert.ok(one !== undefined && two !== undefined);
    const state = { id: 'h-2', name: 'host-2', draining: true, left: [{ what: 'running invocations', count: 2 }] };
    assert.deepEqual(await one.drain('host-2', true), state);
    running = 0;
    assert.deepEqual((await one.drainState('h-2')).left, [{ what: 'running invocations', count: 0 }]);
    assert.deepEqual([(await two.drainState('')).draining, (await one.drainState('')).draining], [true, false]);
    assert.equal((await two.drain('', false)).draining, false);
  });

  test('only a host that is silent is removed, and an unknown one is said to be', async () => {
    const [one] = hosts([record(1), record(2), record(3)], new Set(['h-3']), []);
    assert.ok(one !== undefined);
    await assert.rejects(one.remove('host-2'), { name: 'ResourceConflictException', message: /host-2 is heard/ });
    assert.deepEqual(await one.remove('host-3'), { id: 'h-3', name: 'host-3' });
    await assert.rejects(one.remove('host-3'), {
      name: 'ResourceNotFoundException',
      message: /There are: host-1, host-2/,
    });
  });

  test('one that is silent is not drained, and whoever asks is told what to do', async () => {
    const [one] = hosts([record(1), record(2)], new Set(['h-2']), []);
    assert.ok(one !== undefined);
    const silent = { name: 'ResourceConflictException', message: /host-2 is not heard.*cluster remove host-2/ };
    await assert.rejects(one.drain('host-2', true), silent);
    await assert.rejects(one.drainState('host-2'), silent);
  });

  test('where nobody can write, who drains or removes a host is told so, and it is done when somebody can', async () => {
    const clock = new StepClock();
    const { promise: written, resolve } = Promise.withResolvers<void>();
    const [one] = hosts([record(1), record(2)], new Set(['h-2']), [], { clock, written });
    assert.ok(one !== undefined);
    const unavailable = { name: 'ClusterUnavailableError', message: /did not answer within/ };
    const refused = [assert.rejects(one.drain('', true), unavailable), assert.rejects(one.remove('h-2'), unavailable)];
    await clock.pass(writeMsMax);
    await Promise.all(refused);
    resolve();
    await clock.pass(0);
    assert.equal((await one.drainState('')).draining, true);
    await assert.rejects(one.remove('h-2'), { name: 'ResourceNotFoundException' });
  });

  test('a host leaves when it was drained and is empty, and not before', async () => {
    let running = 1;
    const work = [{ what: 'running invocations', count: () => running }];
    const [one, two] = hosts([record(1), record(2)], new Set(), work);
    assert.ok(one !== undefined && two !== undefined);
    await assert.rejects(two.leave(), { name: 'ResourceConflictException', message: /host-2 takes work/ });
    await two.drain('', true);
    await assert.rejects(two.leave(), { message: /host-2 has 1 running invocations/ });
    running = 0;
    assert.deepEqual(await two.leave(), { id: 'h-2', name: 'host-2' });
    await assert.rejects(one.drainState('host-2'), { name: 'ResourceNotFoundException' });
  });

  test('two of one name are named by their ids', async () => {
    const [one] = hosts([record(1, 'same'), record(2, 'same')], new Set(), []);
    assert.ok(one !== undefined);
    await assert.rejects(one.drain('same', true), { name: 'InvalidParameterValueException', message: /h-1, h-2/ });
    assert.equal((await one.drain('h-2', true)).id, 'h-2');
  });
});
