import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { createLogger } from '../observing/logger.ts';
import { turnMsMax, turnRequestsMin } from './overload.ts';
import { shedder } from './shedder.ts';

const health = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
const last = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const post = (path: string): string =>
  `POST /2015-03-31/functions${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}`;
/** What an ordinary turn of a service with much to do begins with. */
const many = Array.from({ length: turnRequestsMin }, () => health);

test('while requests hold up the event loop, invocations are sent away unread and all else is answered', async () => {
  let [now, stepMs, processorMs, shed] = [0, 0, 0, 0];
  const clock = { ...systemClock, now: () => (now += stepMs) };
  const logger = createLogger('silent');
  const sends = shedder({ clock, logger, shed: () => (shed += 1), processorMs: () => processorMs });
  await using server = createServer((request, response) => {
    if (!sends(request, response)) response.end('served');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  /** What comes back for requests that arrive together, and so are read in one turn of the event loop, on one connection. */
  async function together(...requests: readonly string[]): Promise<string> {
    const address = server.address();
    assert(address !== null && typeof address === 'object');
    const socket = connect(address.port, address.address);
    await once(socket, 'connect');
    socket.write([...requests, last].join(''));
    return await text(socket);
  }
  const statuses = (answers: string): string[] =>
    Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => String(status)).slice(many.length);
  const mixed = [...many, post('/f/invocations'), post(''), post('/f/invocations?Qualifier=1'), health];
  const allServed = ['200', '200', '200', '200', '200'];

  assert.deepEqual(statuses(await together(...mixed)), allServed);
  // Each look at the clock finds so much time gone, but the thread has done little in it: others have the processors.
  stepMs = turnMsMax + 1;
  for (let turn = 0; turn < 5; turn++) await together(...many);
  assert.deepEqual(statuses(await together(...mixed)), allServed, 'a busy machine');

  for (let turn = 0; turn < 5; turn++) {
    processorMs += turnMsMax + 1;
    await together(...many);
  }
  const answers = await together(...mixed);
  assert.deepEqual(statuses(answers), ['429', '200', '429', '200', '200']);
  assert.match(answers, /^x-amzn-requestid: [0-9a-f-]{36}$/im);
  assert.match(answers, /^x-amzn-errortype: TooManyRequestsException\r\nretry-after: 1$/im);
  assert.match(answers, /"Reason":"ConcurrentInvocationLimitExceeded"/);
  assert.equal(shed, 2);

  stepMs = 0;
  await together();
  assert.deepEqual(statuses(await together(...mixed)), allServed, 'one short turn, and all are served again');
});
