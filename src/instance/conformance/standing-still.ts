import assert from 'node:assert/strict';
import type { CarriedConnection, ContainerNetwork, Destination } from '../../model/network.ts';
import { addressAnswer, parseQuestion } from '../../protocol/dns/message.ts';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf } from '../guest-fixture.ts';
import { bootGuest, cleanTest, type Subject } from './subject.ts';

/** What is done inside; each answers with what it found. */
const code = `
  import net from 'node:net';
  import dns from 'node:dns/promises';
  import { once } from 'node:events';
  let held, fate, answer;
  const deeds = {
    /** Has a connection that is up, and goes on whatever happens to it. */
    async hold() {
      held = net.connect(80, '93.184.216.34');
      fate = new Promise((resolve) => held.on('error', ({ code }) => resolve(code)).on('end', () => resolve('end')));
      const [word] = await once(held, 'data');
      return String(word);
    },
    async fate() {
      return fate;
    },
    /** What its kernel knows of the connection when this begins. */
    async look() {
      if (held.destroyed) return 'destroyed';
      return new Promise((resolve) => held.write('?', (error) => resolve(error?.code ?? 'sent')));
    },
    /** Connects, and says something; what is answered, "heard" tells. */
    async say() {
      const socket = net.connect(80, '93.184.216.34');
      await once(socket, 'connect');
      answer = once(socket, 'data').then(String);
      await new Promise((resolve) => socket.write('asked', resolve));
      return 'said';
    },
    async heard() {
      return answer;
    },
    async lookUp() {
      return dns.resolve4('before.example.org');
    },
  };
  export const handler = async ({ deed }) => deeds[deed]();
`;

/** A network that leads to whoever tests. */
export class TestedNetwork implements ContainerNetwork {
  readonly admits = 'public';
  readonly environment = {};
  readonly credentials = {};
  readonly ports: readonly number[] = [];
  readonly connected: Destination[] = [];
  asked = 0;
  onConnect: (connection: CarriedConnection) => void = (connection) => connection.write('hello');
  onAsk: () => boolean = () => true;

  limited(): void {}

  end(): void {}

  refused(): void {}

  connect(to: Destination, connection: CarriedConnection): void {
    this.connected.push(to);
    this.onConnect(connection);
  }

  resolve(message: Buffer, answer: (message: Uint8Array) => void): void {
    this.asked += 1;
    const question = parseQuestion(message);
    if (!this.onAsk() || question === undefined) return;
    answer(addressAnswer(question, Uint8Array.of(127, 64, 0, 2), 60));
  }
}

/** Loads what the tests of this file speak to. */
export async function connecting(container: GuestContainer, network: ContainerNetwork): Promise<void> {
  const bundle = bundleOf(code);
  await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf(), { network });
}

/** Before a guest stands still or is copied, both sides of its connections know, and nothing of them is on its way. */
export function standingStill(subject: Subject): void {
  cleanTest(subject, 'code finds its connections reset, and what it connects to meanwhile waits', async () => {
    await using booted = await bootGuest(subject);
    const { first, guest } = booted;
    const { connections } = guest;
    assert.ok(connections !== undefined);
    const network = new TestedNetwork();
    const outer = Promise.withResolvers<CarriedConnection>();
    network.onConnect = (connection) => {
      connection.write('hello');
      outer.resolve(connection);
    };
    await connecting(first, network);
    assert.equal(await call(first, { deed: 'hold' }), 'hello');
    const outside = await outer.promise;
    const closed = new Promise((resolve) => outside.once('close', resolve));
    await connections.part('paused');
    await closed;
    // Its kernel knew before it could look.
    assert.ok(['destroyed', 'ECONNRESET', 'EPIPE'].includes(String(await call(first, { deed: 'look' }))));
    assert.equal(await call(first, { deed: 'fate' }), 'ECONNRESET');
    network.connected.length = 0;
    network.onConnect = (connection) => void connection.once('data', (word) => connection.write(`answer to ${word}`));
    assert.equal(await call(first, { deed: 'say' }), 'said');
    // The relay has seen whatever there is to be seen when this is done.
    await connections.part('paused');
    assert.equal(network.connected.length, 0);
    connections.join();
    assert.equal(await call(first, { deed: 'heard' }), 'answer to asked');
  });

  cleanTest(subject, 'a name that was asked for before is answered afterwards', async () => {
    await using booted = await bootGuest(subject);
    const { first, guest } = booted;
    const network = new TestedNetwork();
    const asked = Promise.withResolvers<void>();
    // Whoever is asked first is gone, and the answer with him.
    network.onAsk = () => (asked.resolve(), false);
    await connecting(first, network);
    const looking = call(first, { deed: 'lookUp' });
    await asked.promise;
    await guest.connections?.part('moved');
    network.onAsk = () => true;
    guest.connections?.join();
    assert.deepEqual(await looking, ['127.64.0.2']);
  });
}
