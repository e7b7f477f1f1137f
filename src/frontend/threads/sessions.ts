import type { Clock, Timer } from '../../model/clock.ts';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import { parseClientMessage } from '../../protocol/session/parse-session.ts';
import { sessionVersion, type SessionHello } from '../../protocol/session/session-messages.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type { SessionConnection } from './session-connection.ts';
import { ThreadSession } from './session.ts';
import type { ThreadService } from './thread-service.ts';

/** How often what was delivered is told at least, milliseconds. */
const ackMs = 100;

/** All sessions of this service. A session whose connection broke waits for its client to come back, for a while. */
export class ThreadSessions {
  readonly #service: ThreadService;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, { readonly session: ThreadSession; wire: Wire | undefined; waiting?: Timer }>();

  constructor(service: ThreadService) {
    this.#service = service;
    this.#clock = service.clock;
  }

  /** Takes a new connection of a client who is known to be of this account. `nested`: it is a thread of ours. */
  accept(account: string, wire: Wire, nested = false): SessionConnection {
    let session: ThreadSession | undefined;
    const decoder = new FrameDecoder((body) => {
      const message = parseClientMessage(decode(body));
      if (session === undefined) {
        if (message.type !== 'hello') throw new ProtocolError('A client did not say hello first.');
        session = this.#open(account, wire, message, nested);
        return;
      }
      // A newer connection has taken its place, and what was on its way here is sent again there.
      if (this.#sessions.get(session.id)?.wire !== wire) return;
      if (message.type !== 'received') session.link.delivered(body.length);
      session.receive(message, this.#clock.now());
    });
    return {
      receive: (bytes) => {
        try {
          decoder.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
          if (session !== undefined) this.#acknowledgeSoon(session);
        } catch (error) {
          // Nothing that it says can be believed any more.
          if (session !== undefined) this.#end(session.id);
          wire.close();
          if (!(error instanceof ProtocolError)) throw error;
        }
      },
      closed: (forGood) => {
        if (session !== undefined) this.#closed(session, wire, forGood);
      },
    };
  }

  /** Ends all sessions. */
  stop(): void {
    for (const { session, wire } of this.#sessions.values()) {
      this.#end(session.id);
      wire?.close();
    }
  }

  /** Resolves when what threads that have ended leave behind is kept. */
  settled(): Promise<void> {
    return this.#service.settled();
  }

  #open(account: string, wire: Wire, hello: SessionHello, nested: boolean): ThreadSession {
    if (hello.version !== sessionVersion)
      throw new ProtocolError(`A client speaks version ${hello.version} of sessions, this service ${sessionVersion}.`);
    const known = hello.session === undefined ? undefined : this.#sessions.get(hello.session);
    const resumed = known?.session.account === account ? known : undefined;
    const entry = resumed ?? { session: this.#newSession(account, nested), wire: undefined };
    const { session } = entry;
    this.#sessions.set(session.id, entry);
    entry.waiting?.[Symbol.dispose]();
    entry.wire?.close();
    entry.wire = wire;
    const { id, link } = session;
    wire.send(encodeFrameWhole({ type: 'welcome', version: sessionVersion, session: id, received: link.received }));
    try {
      link.connect(wire, resumed === undefined ? 0 : hello.received);
    } catch (error) {
      this.#end(id);
      throw error;
    }
    return session;
  }

  #newSession(account: string, nested: boolean): ThreadSession {
    const session: ThreadSession = new ThreadSession(this.#service, account, {
      nested,
      open: (wire) => this.accept(account, wire, true),
      onBroken: () => {
        const wire = this.#sessions.get(session.id)?.wire;
        this.#end(session.id);
        wire?.close();
      },
    });
    return session;
  }

  #closed(session: ThreadSession, wire: Wire, forGood: boolean): void {
    const entry = this.#sessions.get(session.id);
    // A newer connection may have taken its place.
    if (entry?.wire !== wire) return;
    entry.wire = undefined;
    session.link.disconnect();
    if (forGood) return this.#end(session.id);
    entry.waiting = this.#clock.timer(limits.sessionResumeMsMax, () => this.#end(session.id));
  }

  #end(id: string): void {
    const entry = this.#sessions.get(id);
    if (entry === undefined) return;
    this.#sessions.delete(id);
    entry.waiting?.[Symbol.dispose]();
    entry.session.end();
  }

  readonly #acknowledging = new Set<ThreadSession>();

  #acknowledgeSoon(session: ThreadSession): void {
    if (this.#acknowledging.has(session)) return;
    this.#acknowledging.add(session);
    this.#clock.timer(ackMs, () => {
      this.#acknowledging.delete(session);
      session.link.acknowledge();
    });
  }
}
