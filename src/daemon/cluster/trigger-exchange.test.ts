import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { functionOf } from '../../../test/simulation/service.ts';
import { HostBook, testHosts } from '../../cluster/peers/testing/hosts.ts';
import { StepClock } from '../../cluster/testing/step-clock.ts';
import { fakeWorkerManager } from '../../frontend/testing/fake-worker-manager.ts';
import { TriggerWatch } from '../../frontend/triggers/trigger-watch.ts';
import { TriggerExchange } from './trigger-exchange.ts';

const fn = functionOf('f');
const { account } = fn;

interface Host {
  readonly triggers: TriggerWatch;
  /** As an operation does that came here. */
  notify(): Promise<ReturnType<TriggerWatch['notify']>>;
  call(): Promise<unknown>;
}

/** Hosts that all hold the one of this index for the home, which a test may move. */
async function hostsWithHome(count: number, home: { at: number }, clock: StepClock, undo: AsyncDisposableStack) {
  const known = new HostBook();
  const hosts = await testHosts(count, undo, known);
  const never = new AbortController().signal;
  const all = hosts.map(({ id, peers }, n): Host => {
    const triggers = new TriggerWatch(clock);
    triggers.others = undo.use(
      new TriggerExchange({
        triggers,
        peers,
        clock,
        logger: pino({ level: 'silent' }),
        membership: {
          get self() {
            return known.seenBy(id).self;
          },
          alive: () => known.seenBy(id).alive(),
        },
        homes: {
          homeOf: () => ({ at: 'host', host: hosts[home.at]?.id ?? '', epoch: 1n }),
        },
      }),
    );
    const manager = triggers.watched(fakeWorkerManager());
    const invocation = { function: fn, requestId: 'r', payload: new Uint8Array(), receivedAt: 0 };
    return {
      triggers,
      notify: async () => {
        assert.equal(n, home.at);
        await triggers.others?.gather(account);
        return triggers.notify(account, 'released');
      },
      call: () => manager.invoke(invocation, never),
    };
  });
  for (const host of hosts) await host.join();
  const [first, second, third] = all;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  return [first, second, third] as const;
}

/** Resolves when so many beginnings and ends of calls have been told to it. */
async function toldCalls(triggers: TriggerWatch, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen = triggers.seen.bind(triggers);
  let left = count;
  triggers.seen = (whose, calls) => {
    seen(whose, calls);
    left -= calls.length;
    if (left <= 0) resolve();
  };
  await promise;
  triggers.seen = seen;
}

test('a home learns of calls that came to other hosts, and gives what it knows to the next home', async () => {
  await using undo = new AsyncDisposableStack();
  const clock = new StepClock();
  const home = { at: 0 };
  const [first, second, third] = await hostsWithHome(3, home, clock, undo);
  for (let n = 0; n < 3; n += 1) {
    await first.notify();
    const told = toldCalls(first.triggers, 4);
    await Promise.all([second.call(), third.call()]);
    clock.jump(300);
    await told;
    clock.jump(70_000);
  }
  assert.deepEqual(
    (await first.notify()).due.map(({ functionName, count }) => [functionName, count]),
    [['f', 1]],
  );
  clock.jump(70_000);

  home.at = 2;
  const { trigger } = await third.notify();
  assert.deepEqual([trigger.notifiedCount, trigger.forecasts.map(([name]) => name)], [5, ['f']]);
  assert.deepEqual(
    [first, second, third].map(({ triggers }) => triggers.book.of(account).length),
    [0, 0, 1],
  );
});
