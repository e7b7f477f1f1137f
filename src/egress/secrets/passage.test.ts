import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../model/clock.ts';
import type { OpenedSecret } from '../../model/secrets/secret-book.ts';
import { EgressCount } from '../counts.ts';
import { secretHost } from '../testing/secret-host.ts';
import { secretParts } from '../testing/secret-parts.ts';
import { ContainerSecrets } from './container-secrets.ts';
import { parseSecretUses } from '../policy/secret-uses.ts';
import { Passage } from './passage.ts';

const name = 'api.example.org';
const value = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';

interface Rig {
  readonly secrets: ContainerSecrets;
  readonly placeholder: string;
  readonly told: string[];
  readonly used: readonly string[];
  /** What code in a container has when it has connected. */
  readonly connect: () => Duplex;
  readonly ask: (options: RequestOptions, body?: string) => Promise<IncomingMessage>;
}

async function rig(port: number, uses: string, opened: Record<string, OpenedSecret>): Promise<Rig> {
  const all = parseSecretUses(uses);
  const parts = secretParts(opened);
  const fn = { account: '000000000000', revisionId: 'one' };
  const secrets = new ContainerSecrets(fn, all, parts);
  await secrets.ready;
  const passage = new Passage();
  const told: string[] = [];
  const scheme = secrets.at(name, port) ?? assert.fail('no secret goes there');
  const connect = (): Duplex => {
    const [inside, outside] = duplexPair();
    passage.pass(outside, {
      name,
      allowed: { addresses: ['127.0.0.1'], port },
      scheme,
      secrets,
      count: new EgressCount('000000000000', 'f'),
      speed: undefined,
      clock: systemClock,
      tell: (line) => void told.push(line),
    });
    if (scheme === 'http') return inside;
    return connectTls({ socket: inside, servername: name, ca: secrets.authority });
  };
  const ask = async (options: RequestOptions, body = ''): Promise<IncomingMessage> => {
    const host = scheme === 'https' && port === 443 ? name : `${name}:${port}`;
    const sent = httpRequest({ createConnection: connect, ...options, headers: { host, ...options.headers } });
    const answered = once(sent, 'response');
    sent.end(body);
    const [response] = await answered;
    return response;
  };
  const [placeholder = ''] = Object.values(secrets.placeholders);
  return { secrets, placeholder, told, used: parts.used, connect, ask };
}

const opened = (authority: string, more: Partial<OpenedSecret> = {}): OpenedSecret => ({
  value,
  places: [],
  authority,
  ...more,
});

test('a placeholder in a header, and within Basic credentials, becomes the value on its way out', async () => {
  const seen: unknown[] = [];
  await using host = await secretHost(name, ({ headers, url }, response) => {
    seen.push(headers.authorization, headers['x-key'], url);
    response.end('fine');
  });
  const { ask, placeholder, used, told } = await rig(host.port, `KEY=${name}:${host.port}`, {
    KEY: opened(host.authority),
  });
  assert.match(placeholder, /^heddle_secret_[0-9a-f]{48}$/);
  const basic = `Basic ${Buffer.from(`user:${placeholder}`).toString('base64')}`;
  for (const authorization of [`Bearer ${placeholder}`, basic]) {
    const answer = await ask({ headers: { authorization, 'x-key': placeholder }, path: `/?key=${placeholder}` });
    assert.equal(await text(answer), 'fine');
  }
  const query = `/?key=${placeholder}`;
  const sent = `Basic ${Buffer.from(`user:${value}`).toString('base64')}`;
  assert.deepEqual(seen, [`Bearer ${value}`, value, query, sent, value, query]);
  assert.deepEqual(used, ['KEY', 'KEY']);
  assert.deepEqual(told, []);
});

test('a header that is to be set is, whatever code says of it; a query where that was said', async () => {
  const seen: unknown[] = [];
  await using host = await secretHost(name, ({ headers, url }, response) => {
    seen.push(headers['x-api-key'], url);
    response.end();
  });
  const uses = JSON.stringify([
    { secret: 'KEY', host: `${name}:${host.port}`, header: 'X-API-Key', value: 'Token ${KEY}' },
    { secret: 'MAPS', host: `${name}:${host.port}`, query: true },
  ]);
  const maps = { ...opened(host.authority), value: 'a b&c=d/e+f' };
  const { ask, secrets } = await rig(host.port, uses, { KEY: opened(host.authority), MAPS: maps });
  await text(await ask({ headers: { 'x-api-key': 'mine' }, path: `/m?k=${secrets.placeholders['MAPS']}` }));
  assert.deepEqual(seen, [`Token ${value}`, `/m?k=${encodeURIComponent('a b&c=d/e+f')}`]);
});

test('what the host sends back of a secret, code does not get', async () => {
  const forms = [value, encodeURIComponent(value), JSON.stringify(value)];
  await using host = await secretHost(name, ({ headers }, response) => {
    const length = Buffer.byteLength(forms.join(' '));
    assert.equal(headers['accept-encoding'], 'identity');
    response.writeHead(302, `No ${value}`, { location: `https://elsewhere.org/?k=${value}`, 'content-length': length });
    // In pieces that have nothing to do with it.
    const bytes = Buffer.from(forms.join(' '));
    response.write(bytes.subarray(0, 20));
    setImmediate(() => response.end(bytes.subarray(20)));
  });
  const { ask, placeholder, told } = await rig(host.port, `KEY=${name}:${host.port}`, { KEY: opened(host.authority) });
  const answer = await ask({ headers: { authorization: placeholder, 'accept-encoding': 'gzip' } });
  const body = await text(answer);
  assert.equal(answer.headers.location, `https://elsewhere.org/?k=${placeholder}`);
  assert.equal(answer.statusMessage, `No ${placeholder}`);
  const stars = '*'.repeat(value.length);
  assert.equal(body, `${stars} ${stars} "${stars}"`);
  assert.match(told.join('\n'), /sent back a secret/);
});

test('neither a request without it nor an encoding that code has the host say brings out what the host remembers', async () => {
  const asked: unknown[] = [];
  await using host = await secretHost(name, ({ headers }, response) => {
    asked.push(headers['accept-encoding']);
    response.writeHead(200, { 'content-encoding': 'x-mine' }).end(`you said ${value}`);
  });
  const { ask } = await rig(host.port, `KEY=${name}:${host.port}`, { KEY: opened(host.authority) });
  const answer = await ask({ headers: { 'accept-encoding': 'gzip' } });
  assert.equal(await text(answer), `you said ${'*'.repeat(value.length)}`);
  assert.deepEqual(asked, ['identity']);
});

test('a secret with an authority of its own goes to nobody whom another one only trusts', async () => {
  await using host = await secretHost(name, (_request, response) => void response.end('fine'));
  await using stranger = await secretHost(name, () => undefined);
  const uses = `KEY=${name}:${host.port} OTHER=${name}:${host.port}`;
  const held = { KEY: opened(host.authority), OTHER: opened(stranger.authority) };
  const { ask, placeholder } = await rig(host.port, uses, held);
  assert.equal((await ask({ headers: { authorization: placeholder } })).statusCode, 502);
  held.OTHER = opened(`${stranger.authority}${host.authority}`);
  assert.equal((await ask({ headers: { authorization: placeholder } })).statusCode, 200);
  // Nor by a connection that was made before it had one.
  const { connect, placeholder: again } = await rig(host.port, `KEY=${name}:${host.port}`, held);
  const socket = connect();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = (): Duplex => socket;
  const headers = { host: `${name}:${host.port}`, authorization: again };
  const statuses: unknown[] = [];
  for (const authority of [host.authority, stranger.authority]) {
    held.KEY = opened(authority);
    const sent = httpRequest({ agent, headers });
    sent.end();
    const [response] = await once(sent, 'response');
    statuses.push(response.statusCode);
    await text(response);
  }
  assert.deepEqual(statuses, [200, 502]);
});

test('the code of a fork has the placeholders of what it was forked from, and they are as good', async () => {
  const parts = secretParts({ KEY: { value, places: [] } });
  const fn = { account: '000000000000', revisionId: 'one' };
  const made = ['KEY=a.org', 'KEY=a.org', 'KEY=b.org'].map(
    (uses) => new ContainerSecrets(fn, parseSecretUses(uses), parts),
  );
  const [first = assert.fail(), fork = assert.fail(), other = assert.fail()] = made;
  await Promise.all(made.map(({ ready }) => ready));
  fork.continueFrom(first);
  other.continueFrom(first);
  assert.deepEqual(fork.placeholders, first.placeholders);
  assert.equal(fork.fillings('a.org', 443).fillings[0]?.placeholder, first.placeholders['KEY']);
  assert.equal(fork.authority, first.authority);
  assert.notDeepEqual(other.placeholders, first.placeholders);
});

test('a secret goes nowhere by another name, to nobody else and not by a line that says another host', async () => {
  let requests = 0;
  await using host = await secretHost(name, (_request, response) => {
    requests += 1;
    response.end();
  });
  const { ask, connect, placeholder } = await rig(host.port, `KEY=${name}:${host.port}`, {
    KEY: opened(host.authority),
  });
  const other = await ask({ headers: { authorization: placeholder, host: 'evil.example.org' } });
  assert.equal(other.statusCode, 421);
  assert.match(await text(other), /its header `host` says evil\.example\.org/);
  const absolute = await ask({ path: `http://evil.example.org/`, headers: { authorization: placeholder } });
  assert.equal(absolute.statusCode, 400);
  assert.equal(requests, 0);
  // Without a secret it is the host's to answer.
  assert.equal((await ask({ headers: { host: 'evil.example.org' } })).statusCode, 200);
  // Smuggling: what can be read in two ways is not read at all.
  for (const head of [
    'POST / HTTP/1.1\r\nhost: X\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: X\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
    'POST / HTTP/1.1\r\nhost: X\r\ntransfer-encoding: xchunked\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: X\r\nhost: Y\r\n\r\n',
    'GET / HTTP/1.1\nhost: X\n\n',
    'GET / HTTP/1.1\r\nhost: X\r\na: b\r\n c\r\n\r\n',
  ]) {
    const socket = connect();
    socket.end(head.replace('X', `${name}:${host.port}`));
    assert.match(await text(socket), /^HTTP\/1\.1 (400|501) /, head);
  }
  assert.equal(requests, 1);
});

test('a host whose certificate is not to be trusted gets nothing', async () => {
  let requests = 0;
  await using host = await secretHost(name, (_request, response) => {
    requests += 1;
    response.end();
  });
  await using other = await secretHost('other.example.org', () => undefined);
  const wrongs = [undefined, other.authority].map((authority) => ({
    value,
    places: [],
    ...(authority && { authority }),
  }));
  for (const wrong of wrongs) {
    const { ask, placeholder, told } = await rig(host.port, `KEY=${name}:${host.port}`, { KEY: wrong });
    const answer = await ask({ headers: { authorization: placeholder } });
    assert.equal(answer.statusCode, 502);
    assert.match(await text(answer), /its TLS is not to be trusted/);
    assert.equal(told.length, 1);
  }
  // Of another name, by an authority that is trusted.
  await using named = await secretHost('other.example.org', () => assert.fail('asked'));
  const { ask, placeholder } = await rig(named.port, `KEY=${name}:${named.port}`, { KEY: opened(named.authority) });
  assert.equal((await ask({ headers: { authorization: placeholder } })).statusCode, 502);
  assert.equal(requests, 0);
});

test('a secret that is gone, or may not go there, is refused in words; one that was changed is another at once', async () => {
  const seen: unknown[] = [];
  await using host = await secretHost(name, ({ headers }, response) => {
    seen.push(headers.authorization);
    response.end();
  });
  const held: Record<string, OpenedSecret> = {};
  const { ask, placeholder } = await rig(host.port, `KEY=${name}:${host.port}`, held);
  const asking = async (): Promise<string> => {
    const answer = await ask({ headers: { authorization: placeholder } });
    return `${answer.statusCode} ${await text(answer)}`;
  };
  assert.match(await asking(), /502 .*there is no secret KEY/);
  held['KEY'] = opened(host.authority, { places: [{ host: 'else.org', port: 443, scheme: 'https' }] });
  assert.match(await asking(), /502 .*may be sent to else\.org only/);
  held['KEY'] = opened(host.authority, { places: [{ host: '*.example.org', port: host.port, scheme: 'https' }] });
  assert.match(await asking(), /^200/);
  held['KEY'] = { ...opened(host.authority), value: 'another-value' };
  assert.match(await asking(), /^200/);
  assert.deepEqual(seen, [value, 'another-value']);
});

test('bodies stream both ways on one connection, and it ends with the host', async () => {
  await using host = await secretHost(name, (request, response) => {
    const more = request.url === '/bye' ? { connection: 'close' } : { 'x-port': String(request.socket.remotePort) };
    response.writeHead(200, more).flushHeaders();
    request.pipe(response);
  });
  const { connect, placeholder } = await rig(host.port, `KEY=${name}:${host.port}`, { KEY: opened(host.authority) });
  const socket = connect();
  const createConnection = (): Duplex => socket;
  const headers = { host: `${name}:${host.port}`, authorization: placeholder };
  const ports: unknown[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = createConnection;
  for (const method of ['POST', 'GET', 'PUT']) {
    const sent = httpRequest({ method, agent, headers: { ...headers, 'transfer-encoding': 'chunked' } });
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    ports.push(response.headers['x-port']);
    // Each is there before the next is sent.
    for (const part of ['one', 'two']) {
      sent.write(part);
      const [chunk] = await once(response, 'data');
      assert.equal(String(chunk), part);
    }
    sent.end();
    await once(response, 'end');
  }
  assert.equal(new Set(ports).size, 1);
  const last = httpRequest({ agent, path: '/bye', headers });
  last.end();
  const [response] = await once(last, 'response');
  assert.equal(response.headers.connection, 'close');
  await text(response);
  if (!socket.closed) await once(socket, 'close');
});

test('a WebSocket is agreed on with the secret, and carries what both sides say', async () => {
  const seen: unknown[] = [];
  await using host = await secretHost(name, () => undefined);
  const sockets = new WebSocketServer({ server: host.server });
  sockets.on('connection', (socket, request) => {
    seen.push(request.headers.authorization);
    socket.on('message', (message: Buffer) => socket.send(`${message.toString()} ${value}`));
  });
  const { connect, placeholder } = await rig(host.port, `KEY=${name}:${host.port}`, { KEY: opened(host.authority) });
  const client = new WebSocket(`ws://${name}:${host.port}/`, {
    createConnection: connect,
    headers: { authorization: placeholder },
  });
  await once(client, 'open');
  client.send('hello');
  const [message] = await once(client, 'message');
  assert.equal(String(message), `hello ${'*'.repeat(value.length)}`);
  assert.deepEqual(seen, [value]);
  client.close();
  await once(client, 'close');
  sockets.close();
});

test('who speaks no HTTP is refused, and a broken host breaks the connection', async () => {
  const host = createServer((socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const bound = host.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  const { ask, connect } = await rig(bound.port, `KEY=http://${name}:${bound.port}`, { KEY: { value, places: [] } });
  await assert.rejects(ask({}), /socket hang up|ECONNRESET/);
  const socket = connect();
  socket.end('\x00\x01 what is this\r\n\r\n');
  assert.match(await text(socket), /^HTTP\/1\.1 400 /);
  const long = connect();
  long.end(`GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(70_000)}\r\n\r\n`);
  assert.match(await text(long), /^HTTP\/1\.1 431 /);
  host.close();
});

test('what cannot be passed on costs its connection and nothing else', async () => {
  const answers = ['HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n', 'HTTP/1.1 200 Fine\r\ncontent-length: 0\r\n\r\n'];
  let held = 0;
  const sockets: Socket[] = [];
  const host = createServer((socket) => {
    sockets.push(socket);
    const answer = answers.shift();
    socket.on('data', () => (answer === undefined ? (held += 1) : socket.write(answer)));
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const bound = host.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  const { ask, connect, told } = await rig(bound.port, `KEY=http://${name}:${bound.port}`, {
    KEY: { value, places: [] },
  });
  await assert.rejects(ask({}), /socket hang up|ECONNRESET/);
  assert.match(told.join(), /cannot be passed on \(ERR_HTTP_INVALID_STATUS_CODE\)/);
  assert.equal((await ask({})).statusCode, 200);
  // Nobody piles up requests in the service.
  const many = connect();
  many.on('error', () => undefined);
  many.write(`GET / HTTP/1.1\r\nhost: ${name}:${bound.port}\r\n\r\n`.repeat(20));
  await new Promise((resolve) => many.resume().once('close', resolve).once('end', resolve));
  assert.match(told.join(), /more than 16 requests/);
  assert.ok(held <= 1);
  // A client may keep its connection, and with it the one here.
  for (const socket of sockets) socket.destroy();
  host.close();
});
