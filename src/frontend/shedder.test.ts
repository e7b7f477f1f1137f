import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock } from '../model/clock.ts';
import { startTestFrontend } from './testing/test-frontend.ts';

const health = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
const last = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const post = (path: string): string =>
  `POST /2015-03-31/functions${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}`;

test('while the event loop is behind, invocations are sent away unread and all else is answered', async () => {
  let [now, stepMs] = [0, 0];
  // Each look at it finds so much time gone, as if what was done in between had taken that long.
  const clock = { ...systemClock, now: () => (now += stepMs) };
  await using service = await startTestFrontend({ clock });

  /** What comes back for requests that arrive together, and so are read in one turn of the event loop, on one connection. */
  async function together(...requests: readonly string[]): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write([...requests, last].join(''));
    return await text(socket);
  }
  const statuses = (answers: string): string[] =>
    Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => String(status));

  const mixed = [health, post('/f/invocations'), post(''), post('/f/invocations?Qualifier=1'), health];
  assert.deepEqual(statuses(await together(...mixed)), ['200', '403', '403', '403', '200', '200'], 'served, unsigned');
  stepMs = 40;
  for (let turn = 0; turn < 4; turn++) assert.deepEqual(statuses(await together()), ['200']);

  const answers = await together(...mixed);
  assert.deepEqual(statuses(answers), ['200', '429', '403', '429', '200', '200']);
  assert.match(answers, /^x-amzn-requestid: [0-9a-f-]{36}$/im);
  assert.match(answers, /^x-amzn-errortype: TooManyRequestsException\r\nretry-after: 1$/im);
  assert.match(answers, /"Reason":"ConcurrentInvocationLimitExceeded"/);

  stepMs = 0;
  await together();
  assert.deepEqual(statuses(await together(...mixed)), ['200', '403', '403', '403', '200', '200']);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.match(metrics, /^heddle_failures_total\{kind="shed"\} 2$/m);
});
