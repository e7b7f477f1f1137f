import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { functionOf } from '../../../test/simulation/service.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { ThrottledError } from '../../model/errors.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { AsyncEvents } from './async-events.ts';
import { rulesOf, type EventRules } from './rules.ts';

const account = '111111111111';
const region = 'eu-west-1';
const queueArn = `arn:aws:sqs:${region}:${account}:dead`;
const hookArn = 'arn:aws:heddle-http:::https://hooks.example.org/failed';

const done: InvocationOutcome = {
  result: { ok: true, payload: Buffer.from('"done"') },
  ...{ startPath: 'reused-container', startMs: 0, durationMs: 0, memoryPeakMb: 1, log: '' },
  ...{ instanceId: 'i', containerId: 'c' },
};
const ok = async (): Promise<InvocationOutcome> => done;

/** Events of one function on a clock of their own. */
class Bench {
  readonly clock = new VirtualClock();
  readonly letters: string[] = [];
  readonly log: string[] = [];
  posts = 0;
  rules: Partial<EventRules> = {};
  status = 200;
  behaviour: () => Promise<InvocationOutcome> = ok;
  readonly events: AsyncEvents;

  constructor(store: InProcessStore) {
    const nothing = { config: undefined, tags: {}, deadLetter: undefined, reserved: undefined, egress: {} };
    const post = async (): Promise<{ readonly status: number; readonly text: string }> => {
      this.posts += 1;
      return { status: this.status, text: '' };
    };
    this.events = new AsyncEvents({
      store,
      workerManager: { invoke: () => this.behaviour() },
      targets: {
        target: async (_owner, name) => ({ function: functionOf(name), invokedArn: functionOf(name).arn }),
        rules: async () => ({ ...rulesOf(nothing), ...this.rules }),
      },
      delivery: {
        region,
        queues: {
          has: async () => true,
          send: async (_queue, { body }) => ({ messageId: String(this.letters.push(body)) }),
        },
        poster: { within: post, freely: post },
        outside: { services: {}, ownAccount: account },
      },
      clock: this.clock,
      logger: pino({ level: 'warn' }, { write: (line) => void this.log.push(line) }),
    });
  }

  async accept(requestId: string): Promise<void> {
    const payload = Buffer.from(`{"id":"${requestId}"}`);
    await this.events.accept({ account, functionName: 'f', requestId, payload });
  }
}

let store: InProcessStore;
let bench: Bench;
beforeEach(() => {
  store = openInProcessStore(':memory:');
  bench = new Bench(store);
});
afterEach(async () => {
  bench.events.stop();
  await store[Symbol.asyncDispose]();
});

test('what a destination will never take is given up at once, one that may take it later is spoken of at once', async () => {
  bench.rules = { onSuccess: hookArn };
  bench.status = 413;
  await bench.accept('large');
  await bench.clock.advance(1_000);
  assert.equal(bench.posts, 1);
  assert.equal(bench.events.tally.of('undelivered'), 1);
  const [, told] = await bench.events.find(account, 'large');
  assert.deepEqual([told?.condition, told?.runs], ['Undeliverable', 1]);
  assert.match(bench.log.join(''), /answered with 413.*could not be sent/);
  bench.status = 503;
  bench.log.length = 0;
  await bench.accept('one');
  await bench.accept('two');
  await bench.clock.advance(30_000);
  assert.match(bench.log.join(''), /hooks\.example\.org.*answered with 503.*it is tried again/);
  assert.equal(bench.log.length, 1);
});

test('an event that becomes too old while others run is ended when it does, and not when its turn comes', async () => {
  bench.rules = { ageMsMax: 60_000, deadLetter: queueArn };
  const first = Promise.withResolvers<InvocationOutcome>();
  let busy = false;
  bench.behaviour = async () => {
    if (busy) throw new ThrottledError('ReservedFunctionConcurrentInvocationLimitExceeded');
    busy = true;
    return await first.promise;
  };
  // More than a window: what is behind it is too old as well.
  for (let n = 0; n < 40; n++) await bench.accept(`e${n}`);
  await bench.clock.advance(30_000);
  await bench.accept('late');
  await bench.clock.advance(29_999);
  assert.equal(bench.letters.length, 0);
  await bench.clock.advance(1_000);
  assert.deepEqual(
    bench.letters,
    Array.from({ length: 39 }, (_, n) => `{"id":"e${n + 1}"}`),
  );
  const [report] = await bench.events.find(account, 'e39');
  assert.deepEqual([report?.condition, report?.runs], ['EventAgeExceeded', 0]);
  busy = false;
  first.resolve(done);
  bench.behaviour = ok;
  await bench.clock.advance(1_000);
  assert.equal((await bench.events.find(account, 'e0'))[0]?.condition, 'Success');
  assert.equal((await bench.events.find(account, 'late'))[0]?.condition, 'Success');
  assert.deepEqual(
    (await bench.events.lines(account)).map(({ depth }) => depth),
    [0, 0],
  );
});
