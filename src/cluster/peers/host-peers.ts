import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../model/clock.ts';
import {
  PeerLostError,
  type ForwardedIdentity,
  type HostId,
  type HostRecord,
  type Membership,
  type PeerAcceptor,
  type PeerHandler,
  type Peers,
  type PeerStream,
} from '../contract.ts';
import type { HostCertificate } from './certificate.ts';
import { forward, ForwardingAgent, unreachable } from './forwarding/forward.ts';
import { forwardUpgrade } from './forwarding/forward-upgrade.ts';
import { identityHeader, takeIdentity } from './forwarding/identity.ts';
import { answerCall, call } from './link/calls.ts';
import type { LinkStream } from './link/link-stream.ts';
import { Link } from './link/link.ts';
import { decodeValue, encodeValue } from './link/value.ts';
import { PeerListener } from './listening/peer-listener.ts';
import { OutgoingLink } from './outgoing.ts';
import { Stalls } from './stalls.ts';
import { answerLink, linkUpgrade } from './upgrade.ts';

/** What serves requests that other hosts forward: this host's own front. */
export interface Front {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * This host's way to the others, and theirs to it. In this order: handlers, `listen`, which says where, `join` with who is there, `opensTo` when there is a front. Before
 * `join`, nobody is known, and so nobody comes in.
 */
export class HostPeers implements Peers, AsyncDisposable {
  readonly #own: HostCertificate;
  readonly #clock: Clock;
  readonly #stalls: Stalls;
  readonly #listener: PeerListener;
  readonly #handlers = new Map<string, PeerHandler>();
  readonly #acceptors = new Map<string, PeerAcceptor>();
  readonly #outgoing = new Map<HostId, OutgoingLink>();
  readonly #agents = new Map<HostId, { readonly record: HostRecord; readonly agent: ForwardingAgent }>();
  readonly #incoming = new Set<Link>();
  #membership: Membership | undefined;
  #watching: Disposable | undefined;
  #front: Front | undefined;

  /** `report`: told why no host can come in now, where that mends itself. */
  constructor(own: HostCertificate, clock: Clock, report: (error: unknown) => void = () => undefined) {
    this.#own = own;
    this.#clock = clock;
    this.#stalls = new Stalls(clock);
    this.#listener = new PeerListener(own, {
      find: (host) => this.#membership?.find(host),
      request: (request, response) => this.#forwarded(request, response),
      upgrade: (request, socket, head, from) => this.#upgraded(request, socket, head, from),
      failed: report,
    });
  }

  /** Rejects where the port is taken. Port 0: the system chooses one. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
    return this.#listener.listen(host, port);
  }

  /** Other hosts that this one has a connection to, for people. */
  get connected(): number {
    return [...this.#outgoing.values()].filter(({ isUp }) => isUp).length;
  }

  join(membership: Membership): void {
    this.#membership = membership;
    this.#watching = membership.onChange(() => this.#look());
  }

  /** Requests that others forward are this front's. */
  opensTo(front: Front): void {
    this.#front = front;
  }

  async call(host: HostId, method: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const opening = encodeValue(body);
    return call(this.#linkTo(host).open(method, opening), signal);
  }

  open(host: HostId, method: string, opening: unknown): PeerStream {
    return this.#linkTo(host).open(method, encodeValue(opening));
  }

  serve(method: string, handler: PeerHandler): void {
    this.#mustBeNew(method);
    this.#handlers.set(method, handler);
  }

  accept(method: string, acceptor: PeerAcceptor): void {
    this.#mustBeNew(method);
    this.#acceptors.set(method, acceptor);
  }

  async forward(
    host: HostId,
    request: IncomingMessage,
    response: ServerResponse,
    identity: ForwardedIdentity,
    body?: Uint8Array,
  ): Promise<void> {
    const record = this.#aliveRecord(host);
    await forward({ record, agent: this.#agentFor(record), request, response, identity, body });
  }

  async forwardUpgrade(
    host: HostId,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    identity: ForwardedIdentity,
  ): Promise<void> {
    await forwardUpgrade({ record: this.#aliveRecord(host), own: this.#own, request, socket, head, identity });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching?.[Symbol.dispose]();
    this.#stalls[Symbol.dispose]();
    for (const link of this.#outgoing.values()) link.close();
    for (const link of this.#incoming) link.close();
    for (const { agent } of this.#agents.values()) agent.destroy();
    await this.#listener[Symbol.asyncDispose]();
  }

  #mustBeNew(method: string): void {
    if (this.#handlers.has(method) || this.#acceptors.has(method))
      throw new Error(`Two parts of this host want to answer what others ask by '${method}'.`);
  }

  #linkTo(host: HostId): OutgoingLink {
    if (host === this.#own.host) throw new Error('A host was to connect to itself.');
    let link = this.#outgoing.get(host);
    if (link !== undefined) return link;
    link = new OutgoingLink(host, this.#own, this.#clock, () => this.#aliveOf(host));
    // Of hosts that nobody knows nothing is kept.
    if (this.#membership?.find(host) !== undefined) this.#outgoing.set(host, link);
    return link;
  }

  #aliveOf(host: HostId): HostRecord | undefined {
    return this.#membership?.alive().find(({ id }) => id === host);
  }

  #aliveRecord(host: HostId): HostRecord {
    const record = this.#aliveOf(host);
    if (record !== undefined) return record;
    throw unreachable({ id: host }, new PeerLostError('it is not there.', { unsent: true }));
  }

  #agentFor(record: HostRecord): ForwardingAgent {
    const found = this.#agents.get(record.id);
    if (found !== undefined && isSamePlace(found.record, record)) return found.agent;
    found?.agent.destroy();
    const agent = new ForwardingAgent(record, this.#own);
    this.#agents.set(record.id, { record, agent });
    return agent;
  }

  #look(): void {
    this.#listener.look();
    const alive = new Set(this.#membership?.alive().map(({ id }) => id));
    for (const link of this.#outgoing.values()) link.look();
    for (const host of this.#outgoing.keys())
      if (this.#membership?.find(host) === undefined) this.#outgoing.delete(host);
    for (const [host, { agent }] of this.#agents) {
      if (alive.has(host)) continue;
      agent.destroy();
      this.#agents.delete(host);
    }
  }

  #forwarded(request: IncomingMessage, response: ServerResponse): void {
    const front = this.#front;
    try {
      if (front === undefined) return void response.writeHead(503, { 'content-length': 0 }).end();
      takeIdentity(request);
    } catch {
      return void response.writeHead(400, { 'content-length': 0 }).end();
    }
    front.request(request, response);
  }

  #upgraded(request: IncomingMessage, socket: Duplex, head: Buffer, from: HostId): void {
    socket.on('error', () => socket.destroy());
    // What is forwarded for a client says who asks, and is none.
    if (request.headers.upgrade === linkUpgrade && request.headers[identityHeader] === undefined) {
      if (answerLink(socket, request)) this.#linked(socket, head, from);
      return;
    }
    try {
      takeIdentity(request);
    } catch {
      return void socket.destroy();
    }
    if (this.#front === undefined) socket.destroy();
    else this.#front.upgrade(request, socket, head);
  }

  #linked(socket: Duplex, head: Buffer, host: HostId): void {
    if (head.length > 0) socket.unshift(head);
    const link: Link = new Link(socket, {
      host,
      clock: this.#clock,
      stalls: this.#stalls,
      accept: (stream, method, opening) => this.#begun(stream, method, opening),
      onEnd: () => this.#incoming.delete(link),
    });
    this.#incoming.add(link);
  }

  #begun(stream: LinkStream, method: string, opening: Uint8Array): void {
    const value = decodeValue(opening);
    const handler = this.#handlers.get(method);
    if (handler !== undefined) return answerCall(stream, handler, value);
    const acceptor = this.#acceptors.get(method);
    if (acceptor === undefined)
      throw Object.assign(new Error(`This host answers nothing by the name '${method}'.`), { code: 'NO_SUCH_METHOD' });
    acceptor(stream, value);
  }
}

function isSamePlace(one: HostRecord, other: HostRecord): boolean {
  const [{ host, port }, there] = [one.peer, other.peer];
  return one.certificate === other.certificate && host === there.host && port === there.port;
}
