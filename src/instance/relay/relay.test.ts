import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import type { Admission, ContainerNetwork, Destination } from '../../model/network.ts';
import { addressAnswer, parseQuestion } from '../../protocol/dns/message.ts';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf, startTestGuest, type TestGuest } from '../guest-fixture.ts';
import { processesMarked, treeOf } from '../processes/processes.ts';

/** What is done inside; each answers with what it found. */
const code = `
  import dgram from 'node:dgram';
  import net from 'node:net';
  import dns from 'node:dns/promises';
  import { once } from 'node:events';
  const servers = [];
  const codeOf = (error) => error.code ?? String(error);
  const deeds = {
    /** Sends so much and ends, and is told when all of it has been taken. */
    async pour({ host, port, bytes }) {
      const socket = net.connect({ host, port, allowHalfOpen: true });
      socket.end(Buffer.alloc(bytes, 'x'));
      let heard = '';
      for await (const chunk of socket) heard += chunk;
      return heard;
    },
    async noise({ count }) {
      const socket = dgram.createSocket('udp4');
      socket.connect(53, '127.0.0.1');
      await once(socket, 'connect');
      for (let n = 0; n < count; n++) {
        socket.send('this is no question');
        if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return dns.resolve4('after.the.noise');
    },
    async knock({ host, port, forMs, width }) {
      const end = performance.now() + forMs;
      let count = 0;
      await Promise.all(Array.from({ length: width }, async () => {
        while (performance.now() < end) {
          const socket = net.connect({ host, port });
          await new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume());
          count += 1;
        }
      }));
      return count;
    },
    async serve({ port }) {
      const server = net.createServer((socket) => socket.end('mine')).listen(port, '0.0.0.0');
      const abstract = net.createServer((socket) => socket.end('mine')).listen('\\0heddle-test-' + port);
      await Promise.all([once(server, 'listening'), once(abstract, 'listening')]);
      servers.push(server, abstract);
      return 'serving';
    },
    async reach({ places }) {
      return Promise.all(places.map((place) => new Promise((resolve) => {
        const socket = net.connect(typeof place === 'string' ? { path: place } : place);
        socket.on('connect', () => resolve('connected')).on('error', (error) => resolve(codeOf(error)));
      })));
    },
  };
  export const handler = async (event) => deeds[event.do](event);
`;

/** A network that leads to whoever tests. */
class Network implements ContainerNetwork {
  readonly admits: Admission;
  readonly environment = {};
  readonly credentials = {};
  readonly ports: readonly number[] = [];
  readonly limits: string[] = [];
  readonly refusals: Destination[] = [];
  readonly asked: Buffer[] = [];
  readonly connected: Destination[] = [];
  ended = 0;
  onConnect: (connection: Duplex) => void = (connection) => connection.destroy();

  constructor(admits: Admission) {
    this.admits = admits;
  }

  end(): void {
    this.ended += 1;
  }

  limited(reason: string): void {
    this.limits.push(reason);
  }

  refused(to: Destination, _by: 'tcp' | 'udp'): void {
    this.refusals.push(to);
  }

  connect(to: Destination, connection: Duplex): void {
    this.connected.push(to);
    this.onConnect(connection);
  }

  resolve(message: Buffer, answer: (message: Uint8Array) => void): void {
    this.asked.push(message);
    const question = parseQuestion(message);
    answer(question === undefined ? Buffer.alloc(0) : addressAnswer(question, Uint8Array.of(127, 64, 0, 2), 60));
  }
}

describe('The relay of an instance', () => {
  let booted: TestGuest;
  before(async () => {
    booted = await startTestGuest({ containersMax: 16 });
  });
  after(() => booted[Symbol.asyncDispose]());

  const loaded = async (network: Network): Promise<GuestContainer> => {
    const container = await booted.guest.makeContainer('nodejs24.x', AbortSignal.timeout(600_000));
    const bundle = bundleOf(code);
    await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf(), { network });
    return container;
  };

  test('what was sent before both sides ended arrives, however late it is read', async () => {
    const network = new Network('public');
    const { promise, resolve } = Promise.withResolvers<number>();
    network.onConnect = (connection) => {
      // It ends before it has read anything, and reads when it has seen that the window is full.
      connection.end('heard enough');
      void wait(300).then(async () => {
        let bytes = 0;
        for await (const chunk of connection) bytes += chunk.length;
        resolve(bytes);
      });
    };
    const container = await loaded(network);
    // More than is granted, and less than the relay's kernel keeps: it knows that both have ended.
    const bytes = 110_000;
    assert.equal(await call(container, { do: 'pour', host: '93.184.216.34', port: 80, bytes }), 'heard enough');
    assert.equal(await promise, bytes);
    await container.kill();
  });

  test('what is no question of DNS keeps nobody from asking', async () => {
    const network = new Network('public');
    const container = await loaded(network);
    assert.deepEqual(await call(container, { do: 'noise', count: 1_060 }), ['127.64.0.2']);
    await container.kill();
  });

  test('a crowd of connections waits in the container, and what its kernel refuses is not told for ever', async () => {
    const network = new Network('public');
    const began = performance.now();
    const container = await loaded(network);
    await call(container, { do: 'knock', host: '93.184.216.34', port: 80, forMs: 4_000, width: 400 });
    const seconds = (performance.now() - began) / 1_000;
    const { length } = network.connected;
    assert.ok(length <= 2_048 + 500 * seconds + 64, `${length} connections in ${seconds} s`);
    await call(container, { do: 'knock', host: '10.0.0.1', port: 80, forMs: 1_000, width: 50 });
    const { length: told } = network.refusals;
    assert.ok(told > 0 && told <= 64 + 50 * 3, `${told} refusals`);
    await container.kill();
  });

  test('no container finds what another one listens on', async () => {
    const [one, other] = await Promise.all([loaded(new Network('public')), loaded(new Network('anything'))]);
    await call(one, { do: 'serve', port: 8_080 });
    const places = [{ host: '127.0.0.1', port: 8_080 }, { host: '127.0.0.2', port: 8_080 }, '\0heddle-test-8080'];
    assert.deepEqual(await call(one, { do: 'reach', places }), ['connected', 'connected', 'connected']);
    const refused = 'ECONNREFUSED';
    assert.deepEqual(await call(other, { do: 'reach', places }), [refused, refused, refused]);
    await Promise.all([one.kill(), other.kill()]);
  });

  test('neither agent nor relay is in the network of this machine', async () => {
    const ours = await readlink('/proc/self/ns/net');
    const all = await processesOf(booted);
    // Before them come those that only wait for the instance's end.
    const inside = all.slice(all.findIndex(({ name }) => name === 'node' || name === 'MainThread'));
    assert.ok(inside.some(({ name }) => name === 'perl'));
    for (const { pid, name } of inside) assert.notEqual(await readlink(`/proc/${pid}/ns/net`), ours, name);
  });

  test('nothing is left of a container that is gone', async () => {
    const before = await relayFiles(booted);
    const network = new Network('anything');
    const opened = Promise.withResolvers<Duplex>();
    network.onConnect = opened.resolve;
    const container = await loaded(network);
    const pouring = call(container, { do: 'pour', host: '93.184.216.34', port: 80, bytes: 1_000_000 });
    pouring.catch(() => undefined);
    const connection = await opened.promise;
    const closed = new Promise((resolve) => connection.once('close', resolve));
    assert.ok((await relayFiles(booted)).length > before.length);
    await container.kill();
    await closed;
    assert.equal(network.ended, 1);
    // The agent tells the relay while it tells us.
    while ((await relayFiles(booted)).length > before.length) await wait(10);
  });
});

/** Processes of the instance by their names, from the outside in. */
async function processesOf({ guest }: TestGuest): Promise<{ readonly pid: number; readonly name: string }[]> {
  const marked = await processesMarked({ HEDDLE_INSTANCE: guest.id });
  const tree = await treeOf(Math.min(...marked.map(({ pid }) => pid)));
  return Promise.all(tree.map(async (pid) => ({ pid, name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() })));
}

/** What the relay has open. */
async function relayFiles(booted: TestGuest): Promise<string[]> {
  const relay = (await processesOf(booted)).find(({ name }) => name === 'perl');
  if (relay === undefined) throw new Error('There is no relay.');
  return readdir(`/proc/${relay.pid}/fd`);
}
