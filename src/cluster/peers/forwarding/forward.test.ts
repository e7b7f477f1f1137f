import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { signedHeaders } from '../../../frontend/testing/signed-headers.ts';
import { startTestFrontend } from '../../../frontend/testing/test-frontend.ts';
import { callerOn, callsFrom, type Caller } from '../../../model/invocations/caller.ts';
import { sessionPath } from '../../../protocol/session/session-socket.ts';
import type { Front } from '../host-peers.ts';
import { asked, forwarding, key, refuse } from '../testing/forwarding.ts';
import type { TestHost } from '../testing/hosts.ts';
import { identityHeader, identityOfForwarded } from './identity.ts';

test('a forwarded request is what the client sent, without headers of its connection, and with who asks', async () => {
  await using undo = new AsyncDisposableStack();
  const seen: { raw: string[]; url: string | undefined; identity: unknown; body: string }[] = [];
  const { port } = await forwarding(undo, {
    request: (request, response) => {
      const identity = identityOfForwarded(request);
      request.setEncoding('utf8').once('data', (body: string) => {
        seen.push({ raw: request.rawHeaders, url: request.url, identity, body });
        response.writeHead(201, 'Made', ['X-Two', '1', 'X-Two', '2', 'Connection', 'X-Own', 'X-Own', '3']);
        response.end('made');
      });
    },
  });
  const own = ['Host', 'example.test:1', 'X-Case', 'Value', 'x-twice', 'a', 'X-Twice', 'b', 'content-length', '4'];
  const hop = ['Connection', 'keep-alive, X-Hop', 'X-Hop', '1', 'TE', 'trailers', 'Expect', '100-continue'];
  const lie = ['Heddle-Forwarded-Identity', 'a lie'];
  const { response, text } = await asked(port, [...own, ...hop, ...lie], 'body');
  assert.deepEqual(seen, [
    { raw: own, url: '/a%20b?c=d', identity: { key: { ...key, secretAccessKey: '' } }, body: 'body' },
  ]);
  assert.equal(`${response.statusCode} ${response.statusMessage} ${text}`, '201 Made made');
  const two = response.rawHeaders.filter((name) => /^x-/i.test(name));
  assert.deepEqual(two, ['X-Two', 'X-Two']);
});

test('bodies stream both ways, each as fast as it is taken', async () => {
  await using undo = new AsyncDisposableStack();
  const arrived = Promise.withResolvers<IncomingMessage>();
  const { port } = await forwarding(undo, {
    request: (request, response) => {
      response.writeHead(200).flushHeaders();
      arrived.resolve(request);
      request.pipe(response);
    },
  });
  const request = ask({ port, host: '127.0.0.1', method: 'POST', path: '/' });
  request.write('first');
  const [response]: IncomingMessage[] = await once(request, 'response');
  assert.ok(response !== undefined);
  const [first] = await once(response, 'data');
  assert.equal(String(first), 'first');
  // Whoever answers takes nothing more: the client cannot send without end.
  const there = await arrived.promise;
  there.unpipe();
  there.pause();
  const most = 256 * 1_048_576;
  let sent = 0;
  const standsStill = async (): Promise<boolean> => {
    let room = true;
    while (room && sent < most) {
      room = request.write(Buffer.alloc(65_536));
      sent += 65_536;
    }
    const moved = new Promise<boolean>((resolve) => void request.once('drain', () => resolve(false)));
    return Promise.race([moved, setTimeout(1_000, true)]);
  };
  // What lies in between is filled, and then it stands: were it not so, this would come to its most.
  while (sent < most && !(await standsStill()));
  assert.ok(sent < most, `${sent} bytes were taken that nobody reads.`);
  const ended = new Promise<Error>((resolve) => void there.once('error', resolve));
  request.destroy();
  there.resume();
  assert.equal((await ended).message, 'aborted');
  assert.equal(there.complete, false);
});

test('a client that has gone ends its request there', async () => {
  await using undo = new AsyncDisposableStack();
  const begun = Promise.withResolvers<ServerResponse>();
  const { port } = await forwarding(undo, { request: (_request, response) => begun.resolve(response) });
  const request = ask({ port, host: '127.0.0.1', path: '/' });
  request.on('error', () => undefined);
  request.end();
  const there = await begun.promise;
  request.destroy();
  await once(there, 'close');
  assert.equal(there.writableFinished, false);
});

test('where the other host cannot be reached, the client is told so, and to try again', async () => {
  await using undo = new AsyncDisposableStack();
  const { port, other, known } = await forwarding(undo, {
    request: (request) => request.socket.destroy(),
  });
  const broken = await asked(port, ['Host', 'a', 'Content-Length', '1'], 'x');
  assert.equal(broken.response.statusCode, 503);
  await other.peers[Symbol.asyncDispose]();
  const refused = await asked(port, ['Host', 'a', 'Content-Length', '1'], 'x');
  assert.equal(`${refused.response.statusCode} ${refused.response.headers['retry-after']}`, '503 1');
  assert.match(refused.text, /Host h-0000000000000002, which serves this, gave no answer/);
  known.setSilent(other.id, true);
  assert.match((await asked(port, ['Host', 'a'], undefined, 'GET')).text, /it is not there/);
});

test('what was forwarded once is not forwarded again', async () => {
  await using undo = new AsyncDisposableStack();
  const parts: { other?: TestHost; one?: TestHost } = {};
  const made = await forwarding(undo, {
    request: (request, response) => {
      const { one, other } = parts;
      assert.ok(one !== undefined && other !== undefined);
      other.peers.forward(one.id, request, response, { key }).catch((error: unknown) => refuse(response, error));
    },
  });
  Object.assign(parts, made);
  const { response, text } = await asked(made.port, ['Host', 'a'], undefined, 'GET');
  assert.equal(response.statusCode, 503);
  assert.match(text, /do not agree on whose this request is/);
});

test('code that calls is known by its name where its request is forwarded to, and only there', async () => {
  await using undo = new AsyncDisposableStack();
  const nothing = (): undefined => undefined;
  const caller: Caller = {
    account: key.account,
    functionName: 'calling',
    begin: nothing,
    started: nothing,
    ended: nothing,
    calls: nothing,
    connects: nothing,
  };
  const seen: (string | undefined)[] = [];
  let ofCode = true;
  const front: Partial<Front> = {
    request: (request, response) => {
      seen.push(callerOn(request.socket)?.functionName);
      response.end();
    },
  };
  const { port } = await forwarding(undo, front, key, (socket) => ofCode && callsFrom(socket, caller));
  await asked(port, ['Host', 'a', 'Connection', 'close'], undefined, 'GET');
  ofCode = false;
  await asked(port, ['Host', 'a', 'Connection', 'close'], undefined, 'GET');
  assert.deepEqual(seen, ['calling', undefined]);
});

test('a front believes another host who asks, and nobody else', async () => {
  await using undo = new AsyncDisposableStack();
  const service = undo.use(await startTestFrontend({ identityOf: identityOfForwarded }));
  const asIt = { ...service.key };
  const { port } = await forwarding(
    undo,
    {
      request: (request, response) => service.server.emit('request', request, response),
      upgrade: (request, socket, head) => service.server.emit('upgrade', request, socket, head),
    },
    asIt,
  );
  // Signed by a key that this front does not know: of code in a container of the other host, say.
  const stranger = { accessKeyId: 'AKIAELSEWHERE', secretAccessKey: 'known elsewhere' };
  const client = service.client({ endpoint: `http://127.0.0.1:${port}`, credentials: stranger });
  assert.deepEqual((await client.send(new ListFunctionsCommand({}))).Functions, []);
  const direct = service.client({ credentials: stranger });
  await assert.rejects(direct.send(new ListFunctionsCommand({})), { name: 'UnrecognizedClientException' });
  const headers = await signedHeaders({ ...service, key: stranger }, 'GET', '/2015-03-31/functions');
  const claimed = await fetch(`${service.url}/2015-03-31/functions`, {
    headers: { ...headers, [identityHeader]: 'gqNrZXk' },
  });
  assert.equal(claimed.status, 403);

  const url = `http://127.0.0.1:${port}`;
  const signed = await signedHeaders({ url, region: service.region, key: stranger }, 'GET', sessionPath);
  const socket = new WebSocket(url + sessionPath, { headers: signed });
  await once(socket, 'open');
  socket.close(1_000);
  await once(socket, 'close');
  const refused = new WebSocket(`${url}/elsewhere`, { headers: signed });
  const [, response]: IncomingMessage[] = await once(refused, 'unexpected-response');
  assert.equal(response?.statusCode, 404);
  response?.resume();
});
