import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ContainerNetwork } from '../../model/network.ts';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** User code reaches nobody: not the host, not the world. */
export function network(subject: Subject): void {
  cleanTest(subject, 'there is no network', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import net from 'node:net';
       import dns from 'node:dns/promises';
       import os from 'node:os';
       const reach = (host, port) => new Promise((resolve) => {
         const socket = net.connect({ host, port, timeout: 2000 });
         socket.on('connect', () => resolve('connected'));
         socket.on('timeout', () => resolve('nothing'));
         socket.on('error', (error) => resolve(error.code));
       });
       export const handler = async (addresses) => ({
         interfaces: Object.entries(os.networkInterfaces()).filter(([, list]) => list.some(({ internal }) => !internal)).map(([name]) => name),
         reached: (await Promise.all(addresses.map(([host, port]) => reach(host, port)))).filter((answer) => answer === 'connected'),
         resolved: await dns.lookup('example.com').then(() => true, () => false),
       });`,
    );
    await using host = await listening();
    const addresses = [
      ['127.0.0.1', host.port],
      ['::1', host.port],
      ...host.addresses.map((address) => [address, host.port]),
      ['192.0.2.1', 80],
      ['10.0.2.2', host.port],
    ];
    assert.deepEqual(await call(container, addresses), { interfaces: [], reached: [], resolved: false });
    assert.equal(host.connections(), 0);
    await datagramsAreRefused(booted.second);
  });
}

/** What is sent without a connection goes nowhere, and that is said: to who sends it, or else to who reads the log. */
async function datagramsAreRefused(container: GuestContainer): Promise<void> {
  const told = Promise.withResolvers<string>();
  const bundle = bundleOf(
    `import dgram from 'node:dgram';
     import { setTimeout as wait } from 'node:timers/promises';
     const sent = async (connect) => {
       const socket = dgram.createSocket('udp4');
       const failed = new Promise((resolve) => socket.on('error', ({ code }) => resolve(code)));
       const send = (...to) => socket.send('x', ...to, (error) => error && socket.emit('error', error));
       if (connect) socket.connect(9, '198.51.100.1', (error) => (error ? socket.emit('error', error) : (send(), setTimeout(send, 20))));
       else send(9, '198.51.100.1');
       return Promise.race([failed, wait(1000, 'nothing')]);
     };
     export const handler = async () => [await sent(true), await sent(false)];`,
  );
  const around: ContainerNetwork = {
    ...{ admits: 'public', environment: {}, credentials: {}, ports: [] },
    limited: () => undefined,
    end: () => undefined,
    connect: (_to, connection) => connection.destroy(),
    resolve: (_message, answer) => answer(Buffer.alloc(0)),
    refused: ({ address, port }, by) => told.resolve(`${by} ${address.join('.')}:${port}`),
  };
  await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf(), { network: around });
  const [connected, unconnected] = Object.values(Object(await call(container)));
  assert.ok(['ECONNREFUSED', 'ENETUNREACH'].includes(String(connected)), String(connected));
  if (unconnected === 'nothing') assert.equal(await told.promise, 'udp 198.51.100.1:9');
  else assert.equal(unconnected, 'ENETUNREACH');
}

/** A server on all addresses of the host. */
async function listening(): Promise<AsyncDisposable & { port: number; addresses: string[]; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return {
    port: address.port,
    addresses: all.filter(({ internal, family }) => !internal && family === 'IPv4').map((it) => it.address),
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
