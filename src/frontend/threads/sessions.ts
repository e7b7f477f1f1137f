import type { Clock } from '../../model/clock.ts';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import { parseClientMessage } from '../../protocol/session/parse-session.ts';
import { sessionVersion, type SessionHello } from '../../protocol/session/session-messages.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type { PortionUse } from './portions/portion-use.ts';
import type { SessionConnection } from './session-connection.ts';
import { isSame, type Entry, type SessionClient } from './session-entry.ts';
import { ThreadSession } from './session.ts';
import type { ThreadService } from './thread-service.ts';

/** How often what was delivered is told at least, milliseconds. */
const ackMs = 100;

/** All sessions of this service. A session whose connection broke waits for its client to come back, for a while. */
export class ThreadSessions {
  readonly #service: ThreadService;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Entry>();

  constructor(service: ThreadService) {
    this.#service = service;
    this.#clock = service.clock;
    service.cluster?.onHosts(() => this.#tellHosts());
    service.cluster?.onOver(() => this.#leave());
  }

  /** Takes a new connection of a client who is known to be of this account. */
  accept(account: string, wire: Wire, client: SessionClient = {}): SessionConnection {
    let session: ThreadSession | undefined;
    const decoder = new FrameDecoder((body) => {
      const message = parseClientMessage(decode(body));
      if (session === undefined) {
        if (message.type !== 'hello') throw new ProtocolError('A client did not say hello first.');
        session = this.#open(account, wire, message, client);
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

  /** What an account's portions do. */
  portions(account: string): ReturnType<PortionUse['totals']> {
    return this.#service.portions.totals(account);
  }

  /** A role of an account was revoked. Sessions end with the keys that they were opened with; what was left behind ends here. */
  revoked(account: string, role: string): void {
    this.#service.revoked(account, role);
  }

  /** Ends all sessions. */
  stop(): void {
    const elsewhere = this.#service.cluster === undefined ? undefined : 'moved';
    for (const entry of this.#sessions.values()) this.#endNow(entry, elsewhere);
  }

  /** A key is good for nothing any more: ends the sessions that were begun with it. */
  keyEnded(account: string, key: string): void {
    for (const entry of this.#sessions.values())
      if (entry.key === key && entry.session.account === account) this.#endNow(entry);
  }

  /** Whether some of these accounts have sessions, and whether something is under way in them that would be lost with this host. */
  use(isMeant: (account: string) => boolean): { readonly any: boolean; readonly busy: boolean } {
    const accounts = [...this.#sessions.values()].map(({ session }) => session).filter((one) => isMeant(one.account));
    const { sharing } = this.#service;
    const holds = ({ account }: ThreadSession): boolean => sharing.census(account).objects > 0;
    const busy = accounts.some((one) => one.running > 0 || holds(one)) || this.#service.leftRunning(isMeant);
    return { any: busy || accounts.length > 0, busy };
  }

  /** Resolves when what threads that have ended leave behind is kept. */
  settled(): Promise<void> {
    return this.#service.settled();
  }

  #open(account: string, wire: Wire, hello: SessionHello, client: SessionClient): ThreadSession {
    if (hello.version !== sessionVersion)
      throw new ProtocolError(`A client speaks version ${hello.version} of sessions, this service ${sessionVersion}.`);
    const known = hello.session === undefined ? undefined : this.#sessions.get(hello.session);
    const resumed = known?.session.account === account && isSame(known, client) ? known : undefined;
    const entry: Entry = resumed ?? {
      session: this.#newSession(account, client),
      wire: undefined,
      last: wire,
      holder: client.starter,
      standing: client.standing,
      key: client.key,
      tenure: this.#service.cluster?.tenureOf(account),
      takesHosts: false,
    };
    const { session } = entry;
    entry.takesHosts = hello.hosts === true && client.nested !== true;
    this.#sessions.set(session.id, entry);
    entry.waiting?.[Symbol.dispose]();
    entry.wire?.close();
    entry.wire = wire;
    entry.last = wire;
    const { id, link } = session;
    const hosts = entry.takesHosts ? this.#hostsFor(entry) : undefined;
    const welcome = { type: 'welcome', version: sessionVersion, session: id, received: link.received };
    wire.send(encodeFrameWhole({ ...welcome, ...(hosts !== undefined && { hosts }) }));
    if (entry.tenure?.over === true) this.#endNow(entry, 'moved');
    try {
      link.connect(wire, resumed === undefined ? 0 : hello.received);
    } catch (error) {
      this.#end(id);
      throw error;
    }
    return session;
  }

  #newSession(account: string, { nested = false, starter, caller, record }: SessionClient): ThreadSession {
    const session: ThreadSession = new ThreadSession(this.#service, account, {
      nested,
      starter,
      caller,
      record,
      open: (wire, thread, by) => this.accept(account, wire, { nested: true, starter: thread, ...by }),
      onBroken: () => {
        const wire = this.#sessions.get(session.id)?.wire;
        this.#end(session.id);
        wire?.close();
      },
    });
    return session;
  }

  /** Undefined on one machine. Code that runs here finds its way back by the address that it has. */
  #hostsFor({ holder }: Entry): readonly string[] | undefined {
    return holder === undefined ? this.#service.cluster?.urls() : this.#service.cluster && [];
  }

  #tellHosts(): void {
    for (const entry of this.#sessions.values()) {
      const urls = entry.takesHosts ? this.#hostsFor(entry) : undefined;
      if (urls !== undefined) entry.session.tell({ type: 'hosts', urls });
    }
  }

  /** Other hosts have taken over accounts, or will: their sessions here are over. */
  #leave(): void {
    const { cluster } = this.#service;
    if (cluster === undefined) return;
    for (const entry of this.#sessions.values()) if (entry.tenure?.over === true) this.#endNow(entry, 'moved');
    this.#service.leave((account) => cluster.tenureOf(account).over);
  }

  #endNow({ session, wire }: Entry, why?: 'moved'): void {
    this.#end(session.id);
    wire?.close(why);
  }

  #closed(session: ThreadSession, wire: Wire, forGood: boolean): void {
    const entry = this.#sessions.get(session.id);
    // A newer connection may have taken its place.
    if (entry?.last !== wire) return;
    // Its client may come back no more.
    if (entry.wire === undefined && forGood) this.#end(session.id);
    if (entry.wire === undefined) return;
    entry.wire = undefined;
    session.link.disconnect();
    if (forGood) return this.#end(session.id);
    this.#awaitClient(entry);
  }

  #awaitClient(entry: Entry): void {
    entry.waiting = this.#clock.timer(limits.sessionResumeMsMax, () => {
      if (entry.standing?.still === true) this.#awaitClient(entry);
      else this.#end(entry.session.id);
    });
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
