import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { closedLoop } from './closed.ts';
import { answerLength } from './connection.ts';
import { openLoop } from './open.ts';
import type { Answers } from './plan.ts';
import { failures, latencies, rateBetween, rateBySecond, reachedMs, statuses } from './rates.ts';
import { dueCount, dueMs } from './schedule.ts';

test('an open loop sends evenly, and no more than there is time for', () => {
  assert.equal(dueMs(0, 200), 0);
  assert.equal(dueMs(3, 200), 15);
  assert.equal(dueCount(0, 200, 1_000), 1);
  assert.equal(dueCount(14.9, 200, 1_000), 3);
  assert.equal(dueCount(15, 200, 1_000), 4);
  assert.equal(dueCount(5_000, 200, 1_000), 200, 'the last is due before the end');
});

test('an answer is complete when its length or its last chunk is there', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n';
  assert.equal(answerLength(Buffer.from('HTTP/1.1 200 OK\r\n')), 0);
  assert.equal(answerLength(Buffer.from(`${head}ab`)), 0);
  assert.equal(answerLength(Buffer.from(`${head}abc`)), head.length + 3);
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n';
  assert.equal(answerLength(Buffer.from(chunked)), 0);
  assert.equal(answerLength(Buffer.from(`${chunked}0\r\n\r\n`)), chunked.length + 5);
});

/** Ten requests in each 100 ms of the first two seconds, the first second's refused. */
const recovering: Answers = {
  dueMs: Array.from({ length: 200 }, (_, index) => index * 10),
  latencyMs: Array.from({ length: 200 }, (_, index) => (index < 100 ? 1 : 5)),
  status: Array.from({ length: 200 }, (_, index) => (index < 100 ? 429 : 200)),
  request: Array.from({ length: 200 }, (_, index) => index % 2),
  unanswered: 2,
  lateMs: 0,
};

test('rates count good answers when they come', () => {
  assert.deepEqual(rateBySecond(recovering, 2), [0, 100]);
  assert.equal(rateBetween(recovering, 1_500, 2_000), 100);
  assert.equal(reachedMs(recovering, 95, 2_000), 1_000);
  assert.ok(Number.isNaN(reachedMs(recovering, 101, 2_000)));
  assert.equal(failures(recovering), 102);
  assert.equal(statuses(recovering), '429 × 100, 200 × 100, unanswered × 2');
  assert.deepEqual(
    [latencies(recovering).n, latencies(recovering, 1_500).n, latencies(recovering, 0, 1).n],
    [100, 50, 50],
  );
});

test('a rate that is lost again was not reached', () => {
  const falling = { ...recovering, status: recovering.status.toReversed() };
  assert.ok(Number.isNaN(reachedMs(falling, 95, 2_000)));
});

/** Answers after `delayMs`, one at a time. */
async function slowServer(delayMs: number): Promise<{ port: number } & AsyncDisposable> {
  let free = Promise.resolve();
  const server = createServer((_request, response) => {
    free = free.then(() => new Promise((resolve) => setTimeout(resolve, delayMs)));
    void free.then(() => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const get = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

test('an open loop counts the time for which a request waited to be sent', async () => {
  await using server = await slowServer(20);
  const plan = { port: server.port, requests: [get], connections: 1, sendMs: 200, graceMs: 2_000, rate: 100 };
  const answers = await openLoop(plan, plan.rate);
  assert.equal(answers.status.length, 20);
  // Twice as many as can be served: the last waits for the others, although it is sent when the connection is free.
  assert.ok(latencies(answers).max > 150, `the longest was ${latencies(answers).max} ms`);
});

test('a closed loop ends when each connection has had its answers', async () => {
  await using server = await slowServer(1);
  const plan = { port: server.port, requests: [get], connections: 4, sendMs: 5_000, answersPerConnectionMax: 3 };
  const answers = await closedLoop({ ...plan, graceMs: 5_000 });
  assert.deepEqual([answers.status.length, answers.unanswered], [12, 0]);
});
