import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { CarriedConnection, ContainerNetwork } from '../model/network.ts';
import { recordOf } from '../store/testing/record-of.ts';
import { Egress } from './egress.ts';
import type { DnsQuestion } from '../protocol/dns/message.ts';
import type { Addresses, HostNames } from './names/host-names.ts';
import { PolicyBook } from './policy-book.ts';
import { SessionKeys } from './session-keys.ts';
import { secretParts } from './testing/secret-parts.ts';

const account = '123456789012';

/** Names that lead where a test says, each time anew. */
class Names implements HostNames {
  readonly answers: string[][] = [];
  asked = 0;

  given = false;
  readonly elsewhere: string[] = [];
  /** What others answer, in bytes. */
  answer = Buffer.alloc(0);

  async addressesOf(): Promise<Addresses> {
    const addresses = this.answers[Math.min(this.asked, this.answers.length - 1)] ?? [];
    this.asked += 1;
    return { addresses, ttlMs: 0, given: this.given };
  }

  ask({ name, type }: DnsQuestion, by: 'udp' | 'tcp'): Promise<Buffer> {
    this.elsewhere.push(`${name} ${type} ${by}`);
    return Promise.resolve(this.answer);
  }
}

interface Setting {
  readonly connectionsMax?: number;
  readonly byDefault?: string;
  readonly byAccount?: Record<string, string>;
  readonly ownAccount?: string;
  readonly fn?: Partial<FunctionVersion>;
}

function open({
  byDefault = 'public',
  byAccount = {},
  ownAccount = account,
  fn = {},
  connectionsMax = 10_000,
}: Setting = {}): {
  readonly names: Names;
  readonly network: ContainerNetwork;
  readonly keys: SessionKeys;
  readonly egress: Egress;
  readonly notes: string[];
  readonly limits: string[];
  readonly ask: (name: string, type?: number) => Promise<Buffer>;
  readonly connect: (address: Uint8Array, port: number) => Duplex;
} {
  const [names, keys] = [new Names(), new SessionKeys()];
  const limits: string[] = [];
  const policies = new PolicyBook({ byDefault, byAccount, ownAccount });
  const accept = (connection: Duplex): void => void connection.end('the service');
  const own = { accept, isOwnAddress: (address: string) => address === '10.9.9.9', ownPort: 4_333 };
  const egress = new Egress({
    clock: systemClock,
    names,
    policies,
    own,
    keys,
    secrets: secretParts({}),
    connectionsMax,
    onLimited: (reason) => void limits.push(reason),
  });
  const network = egress.networkFor({ ...recordOf('f').latest, ...fn });
  const notes: string[] = [];
  const note = (line: string): void => void notes.push(line);
  return {
    ...{ names, network, keys, egress, notes, limits },
    ask: (name, type = 1) =>
      new Promise((resolve) => network.resolve(question(name, type), (answer) => resolve(Buffer.from(answer)), note)),
    connect: (address, port) => {
      const [inner, outer] = duplexPair();
      inner.on('error', () => undefined);
      network.connect({ address, port }, counted(inner), note);
      return outer;
    },
  };
}

const counted = (inner: Duplex): CarriedConnection => Object.assign(inner, { bytesRead: 1, bytesWritten: 2 });

function question(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([Buffer.from('abcd01000001000000000000', 'hex'), ...labels, Buffer.of(0, 0, type, 0, 1)]);
}

async function addressOf({ ask }: ReturnType<typeof open>, name: string): Promise<Uint8Array> {
  return addressIn(await ask(name));
}

const codeOf = (answer: Buffer): number => answer.readUInt8(3) & 15;
const addressIn = (answer: Buffer): Uint8Array => answer.subarray(-4);

test('a name that leads to a private address is refused, in words', async () => {
  const { ask, names, notes } = open();
  names.answers.push(['10.0.0.5']);
  assert.equal(codeOf(await ask('db.example.org')), 3);
  assert.match(
    notes[0] ?? '',
    /db\.example\.org \(10\.0\.0\.5\) is an address of a private network.*--egress "public db\.example\.org"/,
  );
});

test('a name that leads elsewhere between the question and the connection is refused', async () => {
  const { ask, connect, names, notes } = open();
  names.answers.push(['93.184.216.34'], ['127.0.0.1']);
  const address = addressIn(await ask('rebinds.example.org'));
  assert.equal(address[0], 127);
  const connection = connect(address, 80);
  await once(connection.resume(), 'end');
  assert.match(notes[0] ?? '', /rebinds\.example\.org:80 \(127\.0\.0\.1\) is an address of this machine itself/);
});

test('what is connected to is what was decided about, without another question', async () => {
  const server = createServer((socket) => socket.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  const { ask, connect, names, egress } = open({ fn: { egress: `db.lan:${bound.port}` } });
  names.answers.push(['127.0.0.1']);
  names.given = true;
  const connection = connect(addressIn(await ask('DB.lan')), bound.port);
  connection.end();
  let heard = '';
  for await (const chunk of connection) heard += String(chunk);
  assert.equal(heard, 'here');
  assert.equal(names.asked, 2);
  const [totals] = egress.counts.totals();
  assert.equal(totals?.connections, 1);
  server.close();
  await once(server, 'close');
  assert.equal(egress.counts.totals()[0]?.bytesIn, 4);
});

test('of the addresses that a name has, those that are refused are not tried', async () => {
  const { ask, connect, names, notes } = open({ byDefault: '127.0.0.1:1' });
  names.answers.push(['10.0.0.1', '127.0.0.1']);
  const connection = connect(addressIn(await ask('both.example.org')), 1);
  await once(connection.resume(), 'end'); // nobody listens on port 1
  assert.deepEqual(notes, []);
});

test('a name has an address of IPv4 only, and none that policy forbids has any', async () => {
  const { ask, names } = open({ byDefault: '*.example.org' });
  names.answers.push(['93.184.216.34']);
  assert.equal((await ask('a.example.org', 28)).readUInt16BE(6), 0);
  assert.equal(codeOf(await ask('a.example.org', 28)), 0);
  for (const type of [1, 28, 15, 16, 33]) assert.equal(codeOf(await ask('example.org', type)), 3);
  assert.equal(codeOf(await ask('2130706433')), 3);
  assert.deepEqual([...addressIn(await ask('x.localhost'))], [127, 0, 0, 1]);
});

test('functions of the operator say what they like, those of others narrow what they may', async () => {
  const names = ['93.184.216.34'];
  const other = { byDefault: 'public', ownAccount: '000000000000' };
  const reaches = async (setting: Setting, addresses: string[] = names): Promise<boolean> => {
    const it = open(setting);
    it.names.answers.push(addresses);
    return codeOf(await it.ask('x.example.org')) === 0;
  };
  assert.equal(await reaches({ fn: { egress: '10.0.0.0/8' } }, ['10.0.0.1']), true);
  assert.equal(await reaches({ ...other, fn: { egress: '10.0.0.0/8' } }, ['10.0.0.1']), false);
  assert.equal(await reaches({ ...other, fn: { egress: 'all' } }, ['10.0.0.1']), false);
  assert.equal(await reaches({ ...other, fn: { egress: 'none' } }), false);
  assert.equal(
    await reaches({ ...other, byAccount: { [account]: 'all' }, fn: { egress: '10.0.0.0/8' } }, ['10.0.0.1']),
    true,
  );
  assert.equal(await reaches({ byAccount: { [account]: 'none' }, fn: { egress: 'all' } }), false);
  assert.equal(await reaches({ fn: { egress: 'not:a:policy:' } }), false);
});

test('the service is there by name, with a key that ends with the container; not for who may reach nothing', async () => {
  const it = open();
  const { AWS_ACCESS_KEY_ID: id = '' } = it.network.credentials;
  assert.equal(it.keys.find(id)?.account, account);
  const connection = it.connect(addressIn(await it.ask('heddle.internal')), 80);
  assert.equal(String((await once(connection, 'data'))[0]), 'the service');
  assert.partialDeepStrictEqual(it.egress.counts.totals(), [{ connections: 1, bytesOut: 1, bytesIn: 2 }]);
  it.network.end();
  it.network.end();
  assert.equal(it.keys.find(id), undefined);
  const silent = open({ fn: { egress: 'none' } });
  assert.deepEqual({ ...silent.network.credentials, ...silent.network.environment }, {});
  assert.equal(codeOf(await silent.ask('heddle.internal')), 3);
  assert.equal(silent.network.admits, 'nothing');
  assert.equal(open({ fn: { egress: 'db.lan' } }).network.admits, 'public');
  assert.equal(open({ fn: { egress: 'public 10.0.0.1' } }).network.admits, 'anything');
});

test('threads that are apart get no key and do not find the service, whatever else they may reach', async () => {
  const { network, ask, connect, notes } = open({ fn: { apart: true, egress: 'public' } });
  assert.deepEqual({ ...network.credentials, ...network.environment }, {});
  assert.equal(codeOf(await ask('heddle.internal')), 3);
  assert.match(notes[0] ?? '', /threads that are apart do not call the service/);
  await once(connect(Uint8Array.of(127, 64, 0, 2), 80).resume(), 'end');
});

test('what code started may no more than that code', async () => {
  const reaches = async (fn: Partial<FunctionVersion>, address: string): Promise<boolean> => {
    const it = open({ fn });
    it.names.answers.push([address]);
    return codeOf(await it.ask('x.example.org')) === 0;
  };
  assert.equal(await reaches({ egress: 'all' }, '10.0.0.1'), true);
  assert.equal(await reaches({ egress: 'all', egressWithin: [''] }, '10.0.0.1'), false);
  assert.equal(await reaches({ egress: 'all', egressWithin: [''] }, '93.184.216.34'), true);
  assert.equal(await reaches({ egress: 'all', egressWithin: ['10.0.0.0/8', ''] }, '93.184.216.34'), false);
  assert.equal(open({ fn: { egress: 'all', egressWithin: ['none'] } }).network.admits, 'nothing');
});

test('a name in a policy leads to this machine only where this machine says so', async () => {
  const { ask, names, notes } = open({ byDefault: 'db.example.org:5432' });
  names.answers.push(['127.0.0.1']);
  assert.equal(codeOf(await ask('db.example.org')), 3);
  assert.match(notes[0] ?? '', /an address of this machine itself.*--egress "db\.example\.org:5432 127\.0\.0\.1"/);
  names.given = true;
  assert.equal(codeOf(await ask('db.example.org')), 0);
});

test('the addresses of this machine are not public, whatever they look like', async () => {
  const { connect, notes, names, ask } = open();
  names.answers.push(['10.9.9.9']);
  assert.equal(codeOf(await ask('me.example.org')), 3);
  await once(connect(Uint8Array.of(10, 9, 9, 9), 4_333).resume(), 'end');
  assert.match(notes[1] ?? '', /10\.9\.9\.9:4333 is the service itself/);
});

test('owners of other accounts are not told what the operator allows, nor where names lead around here', async () => {
  const { ask, connect, names, notes } = open({ byDefault: 'public secret.lan:22', ownAccount: '000000000000' });
  names.answers.push(['10.0.0.5']);
  assert.equal(codeOf(await ask('db.lan')), 3);
  await once(connect(Uint8Array.of(10, 0, 0, 5), 22).resume(), 'end');
  assert.deepEqual(notes, [
    'Egress refused: db.lan is an address of a private network, which the policy of its account does not allow.',
    'Egress refused: 10.0.0.5:22 is an address of a private network, which the policy of its account does not allow.',
  ]);
});

test('other types of record are asked elsewhere, but for names of addresses that may not be reached', async () => {
  const it = open();
  assert.equal((await it.ask('example.org', 15)).length, 0);
  for (const hidden of ['1.0.0.10.in-addr.arpa', '9.9.9.10.in-addr.arpa', '0.10.in-addr.arpa', 'in-addr.arpa'])
    assert.equal(codeOf(await it.ask(hidden, 12)), 3, hidden);
  const local6 = `1${'.0'.repeat(23)}.0.0.0.0.0.0.d.f.ip6.arpa`;
  assert.equal(codeOf(await it.ask(local6, 12)), 3);
  await it.ask('34.216.184.93.in-addr.arpa', 12);
  // They hold addresses, by which the name would not be known.
  for (const type of [64, 65]) assert.equal((await it.ask('example.org', type)).readUInt16BE(6), 0);
  assert.deepEqual(it.names.elsewhere, ['example.org 15 udp', '34.216.184.93.in-addr.arpa 12 udp']);
});

test('an answer that is too long for UDP comes by TCP', async () => {
  const { names, ask, connect } = open();
  names.answer = Buffer.alloc(3_000, 7);
  const short = await ask('example.org', 16);
  assert.deepEqual([short.readUInt8(2) & 2, short.length < 512], [2, true]);
  const connection = connect(Uint8Array.of(127, 0, 0, 1), 53);
  const message = question('example.org', 16);
  connection.end(Buffer.concat([Buffer.of(0, message.length), message, Buffer.of(0, message.length), message]));
  const heard = Buffer.concat(await Array.fromAsync(connection));
  assert.equal(heard.length, 2 * 3_002);
  assert.equal(names.elsewhere.at(-1), 'example.org 16 tcp');
});

test('what is no question is answered by no bytes, so that nobody keeps it', async () => {
  const { network } = open();
  const answer = await new Promise<Uint8Array>((resolve) =>
    network.resolve(Buffer.from('no question'), resolve, assert.fail),
  );
  assert.equal(answer.length, 0);
});

test('nobody has more connections than are for all, nor more to the service than a few', async () => {
  const few = open({ connectionsMax: 1, byDefault: 'all' });
  const first = few.connect(await addressOf(few, 'heddle.internal'), 80);
  await once(first, 'data');
  await once(few.connect(Uint8Array.of(127, 0, 0, 1), 1).resume(), 'end');
  assert.match(few.notes[0] ?? '', /at most 1 connections of all functions here/);
  const many = open();
  const address = await addressOf(many, 'heddle.internal');
  for (let n = 0; n < 65; n += 1) many.connect(address, 80);
  assert.match(many.notes[0] ?? '', /at most 64 connections of one container to the service/);
});

test('where not everything is carried, the log says so once, and the service each time', async () => {
  const { network, ask, notes, limits, names } = open({ byDefault: 'public db.lan:5433' });
  assert.deepEqual(network.ports, [5_433]);
  network.limited('No kernel');
  names.answers.push(['93.184.216.34']);
  await ask('example.org');
  await ask('example.org');
  assert.deepEqual(limits, ['No kernel']);
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /^Egress limited: .*No kernel\. See: heddle doctor$/);
});

test('a datagram that goes nowhere is told of, whatever the policy', () => {
  const { network, notes } = open({ byDefault: 'all' });
  const note = (line: string): void => void notes.push(line);
  network.refused({ address: Uint8Array.of(93, 184, 216, 34), port: 123 }, 'udp', note);
  assert.match(notes[0] ?? '', /UDP to 93\.184\.216\.34:123 goes nowhere/);
});

test('a policy says how fast, to each function that it is said by, and to all together that it is said to', async () => {
  const block = Buffer.alloc(300_000);
  const server = createServer((socket) => socket.end(block)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  const [policies, names, keys] = [
    new PolicyBook({ byDefault: 'all 400KB/s', byAccount: {}, ownAccount: account }),
    new Names(),
    new SessionKeys(),
  ];
  const own = { accept: undefined, isOwnAddress: () => false, ownPort: undefined };
  const more = { connectionsMax: 9, onLimited: () => undefined, secrets: secretParts({}) };
  const egress = new Egress({ clock: systemClock, names, policies, own, keys, ...more });
  const took = async (...functions: Partial<FunctionVersion>[]): Promise<number> => {
    const from = performance.now();
    const networks = functions.map((fn) => egress.networkFor({ ...recordOf('f').latest, ...fn }));
    await Promise.all(
      networks.map(async (network) => {
        const [inner, outer] = duplexPair();
        network.connect({ address: Uint8Array.of(127, 0, 0, 1), port: bound.port }, counted(inner), () => undefined);
        outer.end();
        assert.equal(Buffer.concat(await Array.fromAsync(outer)).length, block.length);
      }),
    );
    for (const network of networks) network.end();
    return performance.now() - from;
  };
  // A quarter of a second's worth is not held up, and the last piece is on its way when it has to wait.
  assert.ok((await took({ egress: 'all 400KB/s' })) > 300);
  assert.ok((await took({ name: 'a' }, { name: 'b' })) > 900);
  server.close();
});

test('a refusal is told once in each invocation, and counted each time', async () => {
  const { network, egress } = open({ fn: { egress: 'none' } });
  const ask = (notes: string[], note: (line: string) => void): Promise<string[]> =>
    new Promise((resolve) => network.resolve(question('x.example.org', 1), () => resolve(notes), note));
  for (let invocation = 0; invocation < 2; invocation += 1) {
    const notes: string[] = [];
    const note = (line: string): void => void notes.push(line);
    await ask(notes, note);
    assert.equal((await ask(notes, note)).length, 1);
  }
  assert.equal(egress.counts.totals()[0]?.refusals, 4);
});
