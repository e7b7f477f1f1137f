import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledHome } from '../../cluster/homes/settled-home.ts';
import { TestLease } from '../../cluster/testing/memory-log.ts';
import { StepClock } from '../../cluster/testing/step-clock.ts';
import { MemoryHomes } from '../../cluster/threads/testing/memory-homes.ts';
import type { CheckedRequest } from '../../frontend/routes/request-homes.ts';
import { requestHomes } from './request-homes.ts';

const account = '000000000000';
const why = async (): Promise<string> => "1 of the cluster's 3 NATS servers answers this host, and 2 have to";

function atHome(): {
  homes: MemoryHomes;
  clock: StepClock;
  lease: TestLease;
  requests: ReturnType<typeof requestHomes>;
} {
  const [homes, clock, lease] = [new MemoryHomes(), new StepClock(), new TestLease('shard-1', 1n)];
  homes.move({ at: 'here', lease });
  const settledHomeOf = (whose: string, ms: number): ReturnType<typeof settledHome> =>
    settledHome(homes, whose, ms, clock);
  const all = {
    homeOf: () => homes.homeOf(),
    settledHomeOf,
    onChange: (listener: () => void) => homes.onChange(listener),
  };
  const peers = { forward: async () => assert.fail('It was forwarded.') };
  return {
    homes,
    clock,
    lease,
    requests: requestHomes({ homes: all, peers, identityOf: () => undefined, why, clock }),
  };
}

function suspend(homes: MemoryHomes, lease: TestLease): void {
  lease.suspend();
  homes.move({ at: 'nowhere', suspended: lease });
}

test('what is under way when most NATS servers are lost is told after seconds that it may have been done, and not what waits for something else', async () => {
  const { homes, clock, lease, requests } = atHome();
  const never = Promise.withResolvers<string>();
  const waits = requests.whileHeld(account, () => never.promise);
  await clock.pass(60_000);
  suspend(homes, lease);
  const refused = assert.rejects(waits, {
    name: 'ServiceException',
    status: 503,
    message: /1 of the cluster's 3 NATS servers.*may have been done/,
  });
  await clock.pass(10_000);
  await refused;
});

test('an election makes nobody wait in vain', async () => {
  const { homes, clock, lease, requests } = atHome();
  const done = Promise.withResolvers<string>();
  const waits = requests.whileHeld(account, () => done.promise);
  await clock.pass(8_000);
  suspend(homes, lease);
  await clock.pass(4_000);
  lease.resume();
  homes.move({ at: 'here', lease });
  await clock.pass(20_000);
  done.resolve('done');
  assert.equal(await waits, 'done');
});

test('what comes while most NATS servers are lost is refused with how many answer, the first after ten seconds, the next at once', async () => {
  const { homes, clock, lease, requests } = atHome();
  suspend(homes, lease);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing of it is looked at
  const request = { request: {} } as CheckedRequest;
  for (const ms of [10_000, 1_000]) {
    const refused = assert.rejects(requests.answeredElsewhere(account, request), {
      status: 503,
      message: /^This was not done: .*1 of the cluster's 3 NATS servers answers this host, and 2 have to/,
    });
    await clock.pass(ms);
    await refused;
  }
});
