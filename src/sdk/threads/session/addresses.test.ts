import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../../protocol/framing/frame.ts';
import { parseClientMessage } from '../../../protocol/session/parse-session.ts';
import { SessionOpener } from './addresses.ts';
import type { Connect, WireEvents } from './client-session.ts';
import { HostLostError } from './host-lost.ts';

/** Hosts of a service that take connections, and welcome into the session that `session` names now. */
class Hosts {
  session = 'first';
  readonly up: Set<string>;
  readonly tried: string[] = [];
  #told: readonly string[] | undefined;
  #events: WireEvents | undefined;

  constructor(up: readonly string[], told?: readonly string[]) {
    this.up = new Set(up);
    this.#told = told;
  }

  readonly connectTo =
    (address: string): Connect =>
    async (events) => {
      this.tried.push(address);
      if (!this.up.has(address)) throw new Error(`${address} is down`);
      this.#events = events;
      const decoder = new FrameDecoder((body) => {
        if (parseClientMessage(decode(body)).type === 'hello')
          events.onBytes(
            encodeFrameWhole({
              type: 'welcome',
              version: 3,
              session: this.session,
              received: 0,
              ...(this.#told && { hosts: this.#told }),
            }),
          );
      });
      return {
        send: (bytes) => setImmediate(() => decoder.push(Buffer.from(bytes))),
        close: () => undefined,
        ref: () => undefined,
      };
    };

  tell(urls: readonly string[]): void {
    this.#told = urls;
    this.#events?.onBytes(encodeFrameWhole({ type: 'hosts', urls }));
  }

  die(address: string): void {
    this.up.delete(address);
    this.#events?.onClose(new Error('gone'));
  }

  move(): void {
    this.session = 'second';
    this.#events?.onMoved();
  }
}

const [a, b, c] = ['http://a/', 'http://b/', 'http://c/'] as const;

/** Resolves with why a session has ended. */
function lost(session: Awaited<ReturnType<SessionOpener['open']>>): Promise<Error> {
  return new Promise((resolve) => {
    session.listen('thread', { onMessage: () => undefined, onLost: resolve });
  });
}

test('the first address that answers is taken, and all that do not are told', async () => {
  const hosts = new Hosts([b]);
  const opener = new SessionOpener([a, b], hosts.connectTo);
  (await opener.open()).close();
  (await opener.open()).close();
  assert.deepEqual(hosts.tried, [a, b, b]);
  await assert.rejects(new SessionOpener([a, c], hosts.connectTo).open(), /a\/ is down.*c\/ is down/);
  await assert.rejects(new SessionOpener([a], hosts.connectTo).open(), { name: 'Error', message: `${a} is down` });
});

test('a session goes on by an address that the service has told, and is lost where the host that had it is', async () => {
  const hosts = new Hosts([a, b], [a]);
  const opener = new SessionOpener([a], hosts.connectTo);
  const session = await opener.open();
  const end = lost(session);
  hosts.tell([b, c]);
  hosts.die(a);
  while (!hosts.tried.includes(b)) await new Promise(setImmediate);
  assert.equal(session.ended, false);
  hosts.session = 'second';
  hosts.up.add(c);
  hosts.die(b);
  assert.ok((await end) instanceof HostLostError);
  const next = await opener.open();
  assert.equal(hosts.tried.at(-1), c);
  next.close();
});

test('a session that the service has ended to go on elsewhere is lost at once', async () => {
  const hosts = new Hosts([a], [a]);
  const opener = new SessionOpener([a], hosts.connectTo);
  const session = await opener.open();
  const end = lost(session);
  hosts.move();
  assert.ok((await end) instanceof HostLostError);
  assert.throws(() => session.send({ type: 'detach', thread: 'thread' }), HostLostError);
  (await opener.open()).close();
});

test('on one machine a session that is forgotten is no lost host', async () => {
  const hosts = new Hosts([a]);
  const session = await new SessionOpener([a], hosts.connectTo).open();
  const end = lost(session);
  hosts.session = 'second';
  hosts.die(a);
  hosts.up.add(a);
  const reason = await end;
  assert.equal(reason.name, 'Error');
  assert.match(reason.message, /started anew/);
});
