import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import type { HostNames } from './names/host-names.ts';
import { OutgoingPosts, PostRefusedError } from './outgoing-post.ts';
import { PolicyBook } from './policy-book.ts';

const account = '000000000000';
const received: { readonly path: string; readonly host: string; readonly body: string }[] = [];
let server: Server;
let port: number;
before(async () => {
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      received.push({ path: request.url ?? '', host: request.headers.host ?? '', body: body.toString() });
      if (request.url === '/moved') response.writeHead(307, { location: '/elsewhere' }).end();
      else if (request.url === '/endless') response.write('x'.repeat(100_000));
      else response.writeHead(201).end('taken');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const names: HostNames = {
  addressesOf: async (name) => ({
    addresses: name === 'hooks.example.org' ? ['127.0.0.1'] : [],
    ttlMs: 1_000,
    given: name === 'hooks.example.org',
  }),
  ask: () => Promise.reject(new Error('not asked')),
};

function posts(stopping = new AbortController().signal): OutgoingPosts {
  const policies = new PolicyBook({ byDefault: 'public', byAccount: {}, ownAccount: account });
  return new OutgoingPosts({ names, policies, own: { isOwnAddress: () => false, ownPort: undefined }, stopping });
}

const post = (path = '/hook', host = 'hooks.example.org') => ({
  url: new URL(`http://${host}:${port}${path}`),
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"a":"ü"}'),
});

test('a post goes where code of the function may connect to, and nowhere else', async () => {
  const allowed = { egress: `hooks.example.org:${port}` };
  assert.deepEqual(await posts().within(account, 'f', allowed, post()), { status: 201, text: 'taken' });
  assert.deepEqual(received.at(-1), { path: '/hook', host: `hooks.example.org:${port}`, body: '{"a":"ü"}' });
  const count = received.length;
  for (const egress of [
    {},
    { egress: 'none' },
    { egress: 'all', egressWithin: ['public'] },
    { egress: 'hooks.example.org:1' },
  ])
    await assert.rejects(posts().within(account, 'f', egress, post()), (error) => {
      assert(error instanceof PostRefusedError);
      assert.match(
        error.message,
        /hooks\.example\.org:\d+ is an address of this machine itself.*--egress "hooks\.example\.org:\d+"/,
      );
      return true;
    });
  await assert.rejects(posts().within(account, 'f', {}, post('/hook', '127.0.0.1')), PostRefusedError);
  await assert.rejects(
    posts().within(account, 'f', { egress: 'all' }, post('/hook', 'none.example.org')),
    /no address/,
  );
  assert.equal(received.length, count, 'nothing was connected to');
});

test('redirects are not followed, and no more of an answer is read than is looked at', async () => {
  const allowed = { egress: 'all' };
  assert.equal((await posts().within(account, 'f', allowed, post('/moved'))).status, 307);
  assert.equal((await posts().within(account, 'f', allowed, post('/endless'))).text.length, 16_384);
});

test('what the operator says goes anywhere, and ends when the service stops', async () => {
  assert.equal((await posts().freely(post('/hook', '127.0.0.1'))).status, 201);
  await assert.rejects(posts(AbortSignal.abort()).freely(post('/hook', '127.0.0.1')), /failed: ABORT_ERR/);
});
