import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { SessionKeys, type SessionKey } from '../../egress/session-keys.ts';
import type { EgressSaid, FunctionVersion } from '../../model/functions/function.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import { parseServiceMessage } from '../../protocol/session/parse-service.ts';
import { sessionVersion, type ClientMessage, type ServiceMessage } from '../../protocol/session/session-messages.ts';
import { sessionPath } from '../../protocol/session/session-socket.ts';
import { laneKinds, laneMessage } from '../../protocol/threads/lane.ts';
import { recordOf } from '../../store/testing/record-of.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

const code = 'c'.repeat(64);
const zip = await zipOf({ 'index.mjs': 'export default 1;' });

/** A client of a session that says what it is told to. */
class Client {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #heard = new EventTarget();
  readonly #decoder = new FrameDecoder((body) => {
    const detail = parseServiceMessage(decode(body));
    this.#heard.dispatchEvent(new CustomEvent(detail.type, { detail }));
  });

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  hear(bytes: Uint8Array): void {
    this.#decoder.push(Buffer.from(bytes));
  }

  say(message: ClientMessage): void {
    this.#send(encodeFrameWhole(message));
  }

  async next(type: ServiceMessage['type']): Promise<ServiceMessage> {
    const [{ detail }] = await once(this.#heard, type);
    return detail;
  }

  /** Starts a thread, and gives how it ended. */
  spawn(egress?: string, apart = false): Promise<ServiceMessage> {
    const how = { name: 't', runtime: 'nodejs24.x', memoryMb: 256, timeoutMs: 60_000, environment: {}, parts: false };
    const call = { thread: randomUUID(), call: new Uint8Array(8), code, detached: false, apart, batches: false };
    const ended = this.next('ended');
    this.say({ type: 'spawn', ...how, ...call, ...(egress === undefined ? {} : { egress }) });
    return ended;
  }
}

const laneOfNobody = {
  drained: async () => undefined,
  synced: async () => undefined,
  renew: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
const hello = { type: 'hello', version: sessionVersion, received: 0 } as const;

describe('What a thread may connect to that code started', () => {
  const keys = new SessionKeys();
  let service: TestFrontend;
  before(async () => {
    service = await startTestFrontend();
    const { accounts } = service.store;
    const stored = accounts.key.bind(accounts);
    accounts.key = async (id) => keys.find(id) ?? stored(id);
  });
  after(() => service[Symbol.asyncDispose]());

  /** The last function that was called. */
  const called = (): EgressSaid & Pick<FunctionVersion, 'apart' | 'revisionId'> =>
    service.workerManager.invocations.at(-1)?.function ?? assert.fail('nothing was called');
  const saidOf = ({ egress, egressWithin }: EgressSaid): unknown => [egress, egressWithin];
  const keyOf = (said: EgressSaid): SessionKey =>
    keys.issue({ ...recordOf('f', { account: service.key.account }).latest, ...said }, Date.now());

  const connected = async (key: Pick<SessionKey, 'accessKeyId' | 'secretAccessKey'>): Promise<[Client, WebSocket]> => {
    const headers = await signedHeaders({ ...service, key }, 'GET', sessionPath);
    const socket = new WebSocket(service.url + sessionPath, { headers });
    const client = new Client((bytes) => socket.send(bytes));
    socket.on('message', (data: Buffer) => client.hear(data));
    await once(socket, 'open');
    client.say(hello);
    client.say({ type: 'code', seq: 1, code, data: zip, last: true });
    await client.next('answer');
    return [client, socket];
  };

  test('is what the program says that starts it, where that is no code here', async () => {
    const [client, socket] = await connected(service.key);
    await client.spawn('all');
    assert.deepEqual(saidOf(called()), ['all', undefined]);
    await client.spawn();
    assert.deepEqual(saidOf(called()), [undefined, undefined]);
    socket.close(1_000);
  });

  test('is no more than the holder of the key may', async () => {
    const [client, socket] = await connected(keyOf({ egress: 'db.lan:5432' }));
    await client.spawn('all');
    assert.deepEqual(saidOf(called()), ['all', ['db.lan:5432']]);
    const { revisionId } = called();
    await client.spawn();
    assert.deepEqual(saidOf(called()), ['db.lan:5432', undefined]);
    socket.close(1_000);
    const [silent, other] = await connected(keyOf({}));
    await silent.spawn('all');
    assert.deepEqual(saidOf(called()), ['all', ['']]);
    assert.notEqual(called().revisionId, revisionId, 'they must not share containers');
    other.close(1_000);
  });

  test('is no more than the thread may that starts it, and so on down', async () => {
    const [client, socket] = await connected(service.key);
    // The first two threads each start one on their lanes.
    let left = 2;
    service.workerManager.behaviour = async ({ payload, watcher }) => {
      if (left-- > 0 && watcher !== undefined) {
        const nested: Client = new Client((bytes) => watcher.received(laneMessage(laneKinds.session, bytes)));
        const send = (message: Uint8Array): boolean => {
          nested.hear(message.subarray(1));
          return true;
        };
        watcher.placed({ ...laneOfNobody, send });
        const welcome = nested.next('welcome');
        nested.say(hello);
        await welcome;
        await nested.spawn(left === 1 ? '10.0.0.0/8' : 'all');
      }
      return outcomeOf(payload);
    };
    await client.spawn('none');
    const [first, second, third] = service.workerManager.invocations.slice(-3).map((one) => saidOf(one.function));
    assert.deepEqual(
      [first, second, third],
      [
        ['none', undefined],
        ['10.0.0.0/8', ['none']],
        ['all', ['10.0.0.0/8', 'none']],
      ],
    );
    socket.close(1_000);
  });

  test('code that runs for a tenant starts threads for that tenant alone, and so do they', async () => {
    const latest = { ...recordOf('f', { account: service.key.account }).latest, tenancy: 'PER_TENANT' as const };
    const [client, socket] = await connected(keys.issue({ ...latest, tenantId: 'blue' }, Date.now()));
    const [green, other] = await connected(keys.issue({ ...latest, tenantId: 'green' }, Date.now()));
    const [mine, own] = await connected(service.key);
    let left = 1;
    service.workerManager.behaviour = async ({ payload, watcher }) => {
      if (left-- > 0 && watcher !== undefined) {
        const nested: Client = new Client((bytes) => watcher.received(laneMessage(laneKinds.session, bytes)));
        const send = (message: Uint8Array): boolean => {
          nested.hear(message.subarray(1));
          return true;
        };
        watcher.placed({ ...laneOfNobody, send });
        const welcome = nested.next('welcome');
        nested.say(hello);
        await welcome;
        await nested.spawn();
      }
      return outcomeOf(payload);
    };
    await client.spawn();
    await green.spawn();
    await mine.spawn();
    const [first, second, third, last] = service.workerManager.invocations.slice(-4);
    assert.deepEqual(
      [first, second, third, last].map((one) => [one?.function.tenancy, one?.tenantId]),
      [
        ['PER_TENANT', 'blue'],
        ['PER_TENANT', 'blue'],
        ['PER_TENANT', 'green'],
        [undefined, undefined],
      ],
    );
    const revisions = [first, third, last].map((one) => one?.function.revisionId);
    assert.equal(new Set(revisions).size, 3, 'They must not travel together.');
    for (const each of [socket, other, own]) each.close(1_000);
  });

  test('is bound by a few policies only', async () => {
    const many = Array.from({ length: 8 }, (_, n) => `host${n}`);
    const [client, socket] = await connected(keyOf({ egress: 'x', egressWithin: many }));
    const end = await client.spawn('all');
    assert.match(JSON.stringify(end), /9 different ones; at most 8/);
    socket.close(1_000);
  });

  test('ends with the container that its session is of', async () => {
    const key = keyOf({});
    const [, socket] = await connected(key);
    const closed = once(socket, 'close');
    keys.revoke(key);
    await closed;
    await assert.rejects(connected(key), /403/);
  });

  test('code that is apart says so', async () => {
    const [client, socket] = await connected(service.key);
    await client.spawn('public', true);
    assert.equal(called().apart, true);
    socket.close(1_000);
  });
});
