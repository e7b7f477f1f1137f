import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../model/clock.ts';
import type { CarriedConnection, ContainerNetwork } from '../model/network.ts';
import { recordOf } from '../store/testing/record-of.ts';
import { Egress } from './egress.ts';
import { PolicyBook } from './policy-book.ts';
import { secretParts } from './testing/secret-parts.ts';
import { SessionKeys } from './session-keys.ts';

const account = '123456789012';
const loopback = Uint8Array.of(127, 0, 0, 1);

interface Rig {
  readonly egress: Egress;
  readonly keys: SessionKeys;
  readonly network: ContainerNetwork;
  readonly port: number;
  /** Connects to the server: the container's end, the service's, and the server's own. */
  connect(): Promise<{ readonly outer: Duplex; readonly inner: CarriedConnection; readonly server: Socket }>;
}

/** A server, and a network of a function whose policy is this. */
async function rig(t: TestContext, policyOn: (port: number) => string): Promise<Rig> {
  const server: Server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  const keys = new SessionKeys();
  const egress = new Egress({
    clock: systemClock,
    keys,
    names: { addressesOf: () => assert.fail('a name'), ask: () => assert.fail('a name') },
    policies: new PolicyBook({ byDefault: policyOn(port), byAccount: {}, ownAccount: account }),
    own: { accept: undefined, isOwnAddress: () => false, ownPort: undefined },
    connectionsMax: 10,
    onLimited: () => undefined,
    secrets: secretParts({}),
  });
  const network = egress.networkFor(recordOf('f').latest);
  return {
    ...{ egress, keys, network, port },
    connect: async () => {
      const [duplex, outer] = duplexPair();
      const inner: CarriedConnection = Object.assign(duplex, { bytesRead: 0, bytesWritten: 0 });
      inner.on('error', () => undefined);
      const connected = once(server, 'connection');
      network.connect({ address: loopback, port }, inner, () => undefined);
      const [socket]: Socket[] = await connected;
      assert.ok(socket !== undefined);
      // It carries when the first word has come.
      outer.write('first');
      await once(socket, 'data');
      return { outer, inner, server: socket };
    },
  };
}

/** What a relay's connection does when its container stands still. */
function part(inner: CarriedConnection): void {
  if (inner.onParting?.() === true) inner.push(null);
  else inner.destroy();
}

test('who is connected to a container that stands still is told by a reset, and it is counted', async (t) => {
  const it = await rig(t, (port) => `127.0.0.1:${port}`);
  const { inner, server } = await it.connect();
  const failed = once(server, 'error');
  part(inner);
  const [error] = await failed;
  assert.equal(Object(error).code, 'ECONNRESET');
  assert.equal(it.egress.counts.totals()[0]?.moved, 1);
});

test('or by an end in order, after all that was said, where the policy says so', async (t) => {
  for (const policyOn of [
    (port: number) => `127.0.0.1:${port}?moved=end`,
    (port: number) => `moved=end 127.0.0.1:${port}`,
    (port: number) => `moved=reset all?moved=end 127.0.0.1:${port}`,
  ]) {
    const it = await rig(t, policyOn);
    const { outer, inner, server } = await it.connect();
    const said = Buffer.alloc(200_000, 'x');
    server.pause();
    outer.write(said);
    // What it says from now on, nobody hears, and it does not matter.
    server.write('nobody hears');
    part(inner);
    server.resume();
    let heard = 0;
    for await (const chunk of server) heard += Object(chunk).length;
    assert.equal(heard, said.length);
    const closed = once(inner, 'close');
    server.end();
    await closed;
  }
});

test('what a policy says of it that is neither is refused', async (t) => {
  for (const wrong of [
    'moved=fin public',
    'public?moved=',
    'public?secret=x',
    'moved=end moved=reset public',
    'moved=end',
  ])
    await assert.rejects(
      rig(t, () => wrong),
      /neither moved=reset nor moved=end|says twice|and not what may be reached/,
      wrong,
    );
});

test('the key of a container says whether that stands still', async (t) => {
  const { network, keys } = await rig(t, () => 'public');
  const id = network.credentials['AWS_ACCESS_KEY_ID'] ?? '';
  for (const still of [true, false]) {
    network.away?.(still);
    assert.equal(keys.find(id)?.standing.still, still);
  }
});
