import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CapacityError, InstanceLostError, StoppingError, ThrottledError } from '../../model/errors.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import { limits } from '../../model/limits.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { account, arn, Bench, fails, hookArn, ok, outcome, queueArn, triesOf } from './testing/bench.ts';

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

test('an event whose function fails is tried by the documented schedule, and told to its destination in the record of AWS', async () => {
  bench.rules.set('f', { onFailure: queueArn, deadLetter: queueArn });
  bench.behaviour = fails;
  const tries = triesOf(bench);
  await bench.accept('f', 'poison');
  await bench.clock.advance(600_000);
  assert.deepEqual(tries, [0, 60, 180]);
  assert.deepEqual(bench.awaited, [
    ['f', 60_000],
    ['f', 120_000],
  ]);
  const [record, letter] = bench.queues.sent;
  assert.deepEqual(JSON.parse(record?.body ?? ''), {
    version: '1.0',
    timestamp: '2026-01-01T00:03:00.000Z',
    requestContext: {
      requestId: 'poison',
      functionArn: `${arn('f')}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { id: 'poison' },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'E', errorMessage: 'no' },
  });
  assert.deepEqual(letter, {
    bytesMax: limits.queueRecordBytesMax,
    ...{ account, name: 'dead', body: '{"id":"poison"}' },
    attributes: { RequestID: 'poison', ErrorMessage: 'no', FunctionArn: arn('f') },
    numbers: { ErrorCode: '200' },
    trace: 'Root=1-6955b900-000000000000000000000000;Sampled=0;Lineage=1:1dcc89c3:0',
  });
  const reports = await bench.events.find(account, 'poison');
  const [first] = reports;
  assert.deepEqual(
    first?.attempts.map(({ error }) => error),
    ['no', 'no', 'no'],
  );
  assert.deepEqual(
    reports.map(({ condition }) => condition),
    ['RetriesExhausted', 'Success', 'Success'],
  );
});

test('a success is told with what was answered, an HTTP endpoint that does not take it is asked again', async () => {
  bench.rules.set('f', { onSuccess: hookArn });
  bench.status = 503;
  await bench.accept('f', 'fine');
  await bench.clock.advance(2_000);
  assert.equal(bench.posted.length, 2);
  bench.status = 204;
  await bench.clock.advance(3_000);
  assert.equal(bench.posted.length, 3);
  const { requestContext, responsePayload, responseContext } = JSON.parse(bench.posted[2]?.body ?? '');
  assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['Success', 1]);
  assert.deepEqual([responsePayload, responseContext], ['done', { statusCode: 200, executedVersion: '$LATEST' }]);
  await bench.clock.advance(600_000);
  assert.equal(bench.posted.length, 3);
});

test('a destination that never takes it is given up, said and counted, and holds up nothing', async () => {
  bench.rules.set('f', { onSuccess: hookArn });
  bench.status = 500;
  await bench.accept('f');
  await bench.accept('g');
  await bench.clock.advance(limits.eventAgeMs + 300_000);
  assert.equal(bench.ran.length, 2);
  assert.equal(bench.events.tally.of('undelivered'), 1);
  assert.match(bench.log.join(''), /hooks\.example\.org.*could not be sent/);
  assert.deepEqual(
    (await bench.events.lines()).map(({ depth }) => depth),
    [0, 0, 0],
  );
});

test('a function that is a destination has the record as its event; a loop of them is stopped, and told of', async () => {
  bench.rules.set('f', { onSuccess: arn('g'), onFailure: arn('g'), deadLetter: queueArn });
  bench.rules.set('g', { onSuccess: arn('f') });
  await bench.accept('f', 'begin');
  await bench.clock.advance(1_000);
  // The 17th of f is stopped, which g is told; what that leads to comes to an end, too.
  assert.ok(bench.ran.length >= 32 && bench.ran.length <= 64, `${bench.ran.length} ran`);
  const [letter] = bench.queues.sent;
  assert.match(letter?.attributes?.['ErrorMessage'] ?? '', /in a recursive loop/);
  assert.equal(letter?.numbers?.['ErrorCode'], '400');
  assert.match(letter?.trace ?? '', /^Root=1-695[0-9a-f]{5}-[0-9a-f]{24};Sampled=0;Lineage=17:/);
  const [report] = await bench.events.find(account, letter?.attributes?.['RequestID'] ?? '');
  assert.equal(report?.condition, 'RecursiveInvocationException');
  const [, second] = bench.ran;
  assert.equal(second?.function.name, 'g');
  const record = JSON.parse(Buffer.from(second?.payload ?? []).toString());
  assert.deepEqual([record.requestContext.requestId, record.requestPayload], ['begin', { id: 'begin' }]);
  assert.equal(
    (await bench.events.lines()).reduce((sum, { depth }) => sum + depth, 0),
    0,
  );
});

test('what is throttled waits, however long, and is no attempt', async () => {
  bench.behaviour = () => Promise.reject(new ThrottledError('ConcurrentInvocationLimitExceeded'));
  const tries = triesOf(bench);
  await bench.accept('f', 'patient');
  await bench.clock.advance(15_000);
  assert.deepEqual(tries, [0, 1, 3, 7, 15]);
  await bench.clock.advance(limits.eventAgeMs - 400_000);
  bench.behaviour = ok;
  await bench.clock.advance(300_000);
  const [report] = await bench.events.find(account, 'patient');
  assert.deepEqual([report?.condition, report?.runs], ['Success', 1]);
  assert.deepEqual(bench.log, []);
});

test('of a thousand events that wait for capacity one asks for it, and then all run', async () => {
  bench.behaviour = () => Promise.reject(new CapacityError('Full.', 1));
  for (let n = 0; n < 1_000; n++) await bench.accept('f');
  await bench.clock.advance(60_000);
  assert.ok(bench.ran.length < 40, `${bench.ran.length} tries`);
  bench.behaviour = ok;
  bench.ran.length = 0;
  await bench.clock.advance(300_000);
  assert.equal(bench.ran.length, 1_000);
  assert.equal(new Set(bench.names).size, 1_000, 'each once');
});

test('a function that may run once at a time is kept busy, and not asked for more than it may', async () => {
  let running = 0;
  let most = 0;
  let refusals = 0;
  bench.behaviour = async () => {
    if (running === 1) {
      refusals += 1;
      throw new ThrottledError('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    running += 1;
    most = Math.max(most, running);
    await bench.clock.sleep(100);
    running -= 1;
    return outcome('done');
  };
  for (let n = 0; n < 100; n++) await bench.accept('f');
  await bench.clock.advance(100 * 100 + 1_000);
  assert.equal(bench.ran.length - refusals, 100, 'one after the other, without a pause');
  assert.equal(most, 1);
  assert.ok(refusals < 130, `${refusals} refusals`);
});

test('what is too old is not run any more', async () => {
  bench.rules.set('f', { ageMsMax: 60_000, onFailure: queueArn });
  bench.behaviour = () => Promise.reject(new CapacityError('Full.', 1));
  await bench.accept('f', 'old');
  await bench.clock.advance(400_000);
  const tries = bench.ran.length;
  const { requestContext, responseContext } = JSON.parse(bench.queues.sent[0]?.body ?? '');
  assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['EventAgeExceeded', 0]);
  assert.equal(responseContext, undefined);
  bench.behaviour = ok;
  await bench.clock.advance(400_000);
  assert.equal(bench.ran.length, tries);
});

test('what the service loses is tried again by another schedule, and is no attempt of the function', async () => {
  const tries = triesOf(bench);
  bench.behaviour = async () => {
    tries.push(bench.clock.now() / 1_000);
    throw new InstanceLostError('It died.');
  };
  await bench.accept('f', 'lost');
  await bench.clock.advance(7_500);
  assert.deepEqual(tries, [0, 1, 3, 7]);
  bench.behaviour = fails;
  await bench.clock.advance(8_000 + 60_000);
  const [report] = await bench.events.find(account, 'lost');
  assert.equal(report?.runs, 6);
  assert.equal(report?.condition, undefined, 'it has one more try');
});

test('reserved to nothing, events go where those that failed go, and wait where there is no such place', async () => {
  bench.rules.set('f', { reservedZero: true, deadLetter: queueArn });
  bench.rules.set('g', { reservedZero: true });
  bench.behaviour = () => Promise.reject(new ThrottledError('ReservedFunctionConcurrentInvocationLimitExceeded'));
  await bench.accept('f', 'none');
  await bench.accept('g', 'waits');
  await bench.clock.advance(5_000);
  assert.deepEqual(
    bench.queues.sent.map(({ attributes }) => attributes?.['RequestID']),
    ['none'],
  );
  assert.match(bench.queues.sent[0]?.attributes?.['ErrorMessage'] ?? '', /zero reserved concurrent executions/);
  bench.rules.delete('g');
  bench.behaviour = ok;
  await bench.clock.advance(5_000);
  assert.equal((await bench.events.find(account, 'waits'))[0]?.condition, 'Success');
});

test('events of a function that was deleted fail by its last rules', async () => {
  bench.rules.set('f', { retriesMax: 1, deadLetter: queueArn });
  bench.behaviour = fails;
  await bench.accept('f', 'orphan');
  await bench.clock.settle();
  bench.rules.set('f', 'gone');
  await bench.clock.advance(120_000);
  const [letter] = bench.queues.sent;
  assert.equal(letter?.numbers?.['ErrorCode'], '404');
  assert.match(letter?.attributes?.['ErrorMessage'] ?? '', /Function not found/);
});

test('a function with a great many slow or failing events does not hold up another, nor an account another', async () => {
  const slow = Promise.withResolvers<InvocationOutcome>();
  bench.behaviour = ({ function: fn }) => {
    if (fn.name === 'slow') return slow.promise;
    return fn.name === 'poison' ? fails() : ok();
  };
  const other = '111111111111';
  for (let n = 0; n < 3_000; n++) {
    await bench.accept('slow');
    await bench.accept('poison');
    if (n < 100) await bench.accept('slow', `other ${n}`, other);
  }
  await bench.accept('quick', 'mine');
  await bench.accept('quick', 'theirs', other);
  await bench.clock.settle();
  await bench.clock.settle();
  const [mine] = await bench.events.find(account, 'mine');
  const [theirs] = await bench.events.find(other, 'theirs');
  assert.deepEqual([mine?.condition, theirs?.condition], ['Success', 'Success']);
  const inFlight = (await bench.events.lines()).reduce((sum, line) => sum + line.inFlight, 0);
  assert.ok(inFlight <= limits.eventsRunningMax, `${inFlight} in flight`);
  slow.resolve(outcome('done'));
  await bench.clock.advance(400_000);
  const left = (await bench.events.lines()).map(({ depth }) => depth);
  assert.deepEqual(new Set(left), new Set([0]));
});

test('a stop loses nothing: what waits and what was cut is done by the next service', async () => {
  const running = Promise.withResolvers<InvocationOutcome>();
  bench.behaviour = () => running.promise;
  bench.rules.set('f', { retriesMax: 0 });
  for (let n = 0; n < 50; n++) await bench.accept('f');
  await bench.clock.settle();
  const begun = bench.ran.length;
  assert.ok(begun > 0);
  bench.events.stop();
  await assert.rejects(bench.accept('f'), StoppingError);
  // As a function that is cut may look: it is no attempt that failed.
  running.resolve(await fails());
  await bench.events.settled();
  await bench.clock.advance(600_000);
  assert.equal(bench.ran.length, begun);
  const next = new Bench(store);
  await next.events.resume();
  await next.clock.advance(1_000);
  assert.equal(new Set(next.names).size, 50);
  next.events.stop();
});

test('where the disk is full, callers are told, others go on, and what ended is written when there is room', async () => {
  const big = (requestId: string): Promise<unknown> =>
    bench.events.accept({ account, functionName: 'f', requestId, payload: Buffer.alloc(100_000, '1') });
  const answers = Promise.withResolvers<InvocationOutcome>();
  bench.behaviour = () => answers.promise;
  await big('first');
  await bench.clock.settle();
  store.limitPages(0);
  await assert.rejects(big('second'), { name: 'StoreFullError' });
  assert.equal(bench.ran.length, 1);
  store.limitPages(undefined);
  await big('third');
  answers.resolve(outcome('done'));
  await bench.clock.advance(10_000);
  assert.deepEqual(
    bench.ran.map(({ requestId }) => requestId),
    ['first', 'third'],
  );
  assert.deepEqual(await bench.events.find(account, 'second'), []);
});

test('a purge forgets what waits and not what runs', async () => {
  const running = Promise.withResolvers<InvocationOutcome>();
  bench.behaviour = () => running.promise;
  for (let n = 0; n < 1_500; n++) await bench.accept('f');
  await bench.clock.settle();
  const begun = bench.ran.length;
  assert.equal(await bench.events.purge({ account, line: 'f' }), 1_500 - begun);
  running.resolve(outcome('done'));
  await bench.clock.advance(60_000);
  assert.equal(bench.ran.length, begun);
  assert.equal((await bench.events.lines())[0]?.depth, 0);
});
