import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { DrainState } from '../cluster/contract.ts';
import { createLogger } from './observing/logger.ts';
import { hostCannotBeRebound, isLoopback } from './http/loopback.ts';
import { signedHeaders } from './testing/signed-headers.ts';
import { startTestFrontend } from './testing/test-frontend.ts';
import type { TestFrontend } from './testing/test-frontend.ts';

describe('the HTTP server', () => {
  let service: TestFrontend;
  before(async () => void (service = await startTestFrontend()));
  after(() => service[Symbol.asyncDispose]());

  /** What comes back for bytes sent as they are; the connection is closed by the service or by us after the answer. */
  async function raw(lines: readonly string[]): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(lines.join('\r\n'));
    return await text(socket);
  }

  test('a name that a web page could make point here is refused, whatever it asks for', async () => {
    for (const path of ['/healthz', '/metrics', '/2015-03-31/functions']) {
      const answer = await raw([`GET ${path} HTTP/1.1`, 'Host: evil.example:80', 'Connection: close', '', '']);
      assert.match(answer, /^HTTP\/1\.1 403 /);
      assert.match(answer, /evil\.example/);
    }
  });

  test('health and metrics are answered to this machine without a signature', async () => {
    assert.deepEqual(await (await fetch(`${service.url}/healthz`)).json(), {
      status: 'ok',
      driver: 'fake',
      version: '0.0.0',
    });
    const metrics = await fetch(`${service.url}/metrics`);
    assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(await metrics.text(), /^heddle_queue_length 0$/m);
  });

  test('whoever shares requests out is told whether this one wants some: not while it drains, nor when it stops', async () => {
    let draining = false;
    const stopping = new AbortController();
    const drainState = async (): Promise<DrainState> => ({ id: 'h-1', name: 'one', draining, left: [] });
    const clusterLife = { drain: drainState, drainState, remove: drainState, leave: drainState };
    await using host = await startTestFrontend({ clusterLife, stopping: stopping.signal });
    const asked = async (): Promise<readonly unknown[]> => {
      const answer = await fetch(`${host.url}/readyz`);
      return [answer.status, await answer.json()];
    };
    assert.deepEqual(await asked(), [200, { status: 'ready' }]);
    draining = true;
    assert.deepEqual(await asked(), [503, { status: 'draining' }]);
    draining = false;
    stopping.abort();
    assert.deepEqual(await asked(), [503, { status: 'stopping' }]);
  });

  test('no other origin is allowed in', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await fetch(`${service.url}/healthz`, { method, headers });
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  });

  test('headers without end are cut off', async () => {
    const answer = await raw(['GET /healthz HTTP/1.1', 'Host: localhost', `X-Long: ${'x'.repeat(40_000)}`, '', '']);
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  test('bytes that are no HTTP do no harm', async () => {
    assert.match(await raw(['\u0000\u0001garbage', '', '']), /^HTTP\/1\.1 400 /);
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
  });

  test('a body over an operation’s limit is refused by name', async () => {
    const path = '/2015-03-31/functions/f/configuration';
    const body = JSON.stringify({ Description: 'x'.repeat(300_000) });
    const headers = await signedHeaders(service, 'PUT', path, body);
    const answer = await fetch(service.url + path, { method: 'PUT', headers, body });
    assert.equal(answer.status, 413);
    assert.match(await answer.text(), /for the UpdateFunctionConfiguration operation/);
  });

  test('whatever is refused before it is a request is refused in the shape of all other errors', async () => {
    const host = 'Host: localhost';
    const cases: readonly (readonly [readonly string[], number])[] = [
      [['GET /2015-03-31/functions/%zz HTTP/1.1', host, 'Connection: close'], 400],
      [[`GET /2015-03-31/functions/${'x'.repeat(600)} HTTP/1.1`, host, 'Connection: close'], 400],
      [['GET /healthz HTTP/1.1', host, `X-Long: ${'x'.repeat(40_000)}`], 431],
      [['GET /healthz HTTP/1.1', host, 'Bad Header'], 400],
      [['GET /healthz HTTP/1.1', host, 'Expect: wonders', 'Connection: close'], 417],
      [['GET /healthz HTTP/1.1', 'Connection: close'], 403],
    ];
    for (const [lines, status] of cases) {
      const [head = '', body = ''] = (await raw([...lines, '', ''])).split('\r\n\r\n');
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), lines[0]);
      assert.match(head, /^x-amzn-errortype: [A-Za-z]+Exception$/im);
      assert.match(head, /^x-amzn-requestid: [0-9a-f-]{36}$/im);
      const parsed: unknown = JSON.parse(body);
      // AccessDeniedException is none of the model's, and only those say whose fault they are.
      assert.deepEqual(Object.keys(Object(parsed)), status === 403 ? ['message'] : ['Type', 'message']);
    }
  });

  test('a path that is nothing is an unknown operation, with the request’s id', async () => {
    const answer = await fetch(`${service.url}/nothing`);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('x-amzn-errortype'), 'UnknownOperationException');
    assert.match(answer.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
  });
});

test('only names that cannot be rebound pass for a host', () => {
  for (const host of ['localhost', 'localhost:4333', 'a.localhost:1', '127.0.0.1:4333', '[::1]:4333', '10.1.2.3'])
    assert(hostCannotBeRebound(host), host);
  for (const host of [undefined, '', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '127.evil:80'])
    assert(!hostCannotBeRebound(host), host);
  assert(
    isLoopback('::ffff:127.0.0.1') && isLoopback('::1') && !isLoopback('10.0.0.1') && !isLoopback('::ffff:10.0.0.1'),
  );
});

test('what is secret is cut out of the log', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  logger.info(
    { fn: { environment: { KEY: 'hush' } }, req: { headers: { authorization: 'hush' } }, payload: 'hush' },
    'x',
  );
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines.join(''), /hush/);
});
