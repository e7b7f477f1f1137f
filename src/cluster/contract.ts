import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { UsageRecord } from '../model/accounts/usage.ts';
import type { ShownTrace } from '../model/invocations/shown-trace.ts';
import type { InstanceSnapshot } from '../model/snapshot.ts';
import type { AccessKey } from '../store/contract.ts';

// What the rooms of the cluster are to each other. docs/decisions/0058 says why it is divided so.

/** Names a host for as long as its home folder is there: `h-` and 16 hex digits. */
export type HostId = string;

/** What a host says of itself to the others, in the bucket of hosts. */
export interface HostRecord {
  readonly id: HostId;
  /** For people: the machine's name, or what was said. */
  readonly name: string;
  /** Where it listens for other hosts. */
  readonly peer: { readonly host: string; readonly port: number };
  /** SHA-256 of the certificate that it shows there and to others, hex: whoever shows another is not it. */
  readonly certificate: string;
  /** Where it listens for clients, such as `http://10.0.0.1:4333`. */
  readonly url: string;
  /** The release that runs. */
  readonly release: string;
  /** Versions of the protocol between hosts that it speaks. */
  readonly protocol: { readonly min: number; readonly max: number };
  /** Milliseconds since the Unix epoch, on its clock. */
  readonly startedAt: number;
  /** It gives up what it has, and takes nothing new. */
  readonly draining?: true;
}

/** Who is there. A host is there while it is heard: silence is measured on the listener's monotonic clock, whatever any clock of the other's says. */
export interface Membership {
  readonly self: HostRecord;
  /** Those that are heard, and this one; ordered by id. */
  alive(): readonly HostRecord[];
  /** Also those that are silent; none that has left. Ordered by id. */
  all(): readonly HostRecord[];
  /** Whether its last process was heard to say that it goes: it runs nothing, and holds nothing. */
  hasEnded(id: HostId): boolean;
  /** Also one that is silent. */
  find(id: HostId): HostRecord | undefined;
  /** Called whenever `alive` or a record in it has changed. */
  onChange(listener: () => void): Disposable;
  /** Says to all that this host gives up what it has, or takes work again. */
  setDraining(draining: boolean): Promise<void>;
}

/**
 * Something that at most one host has. It is renewed by its holder. A lease that could not be renewed in time is *suspended*: nothing may be done with it, as another host may take it. When a renewal
 * succeeds then, nobody else had it in between, and it is valid again, with the same epoch: so an election of NATS, in which nobody can write, takes it from nobody.
 *
 * It is another's when nobody has seen it renewed for the time of a lease on the *watcher's* monotonic clock, and its holder did not renew it either when that could be written. Its holder believes in
 * it for less than that, on its own: a host that stood still finds that it is not valid before it does anything with it. What is written with it carries its epoch, or expects
 * the position that its log had: so what was on its way when it was lost is refused.
 */
export interface Lease {
  readonly name: string;
  /** Grows with every holder, through the whole cluster: a fencing token. */
  readonly epoch: bigint;
  /** Asked before each act that only the holder may do. False while it is suspended, and when it is over. */
  readonly valid: boolean;
  /** Fires when it is lost or released, and where it was suspended for so long that nobody waits for it any more. */
  readonly over: AbortSignal;
  /** Resolves when it is valid (true) or over (false); at once where it is one of them already. */
  settled(): Promise<boolean>;
  release(): Promise<void>;
}

/** Leases of the cluster. */
export interface Leases {
  /** Takes it if it is free or has run out; undefined where another has it, or this host itself while that is suspended. Throws ClusterUnavailableError where nobody can tell. */
  take(name: string): Promise<Lease | undefined>;
  /** Who has it, as far as is known here; also where it is suspended there. */
  holderOf(name: string): { readonly host: HostId; readonly epoch: bigint } | undefined;
  /** Called when holders have changed, when a lease has run out, and when one of this host's is valid again. */
  onChange(listener: () => void): Disposable;
}

/** Where an entry of a log lies: grows from entry to entry, not always by one. 0n: before the first. */
export type LogPosition = bigint;

/** One entry of a {@link ReplicatedLog}. */
export interface LogEntry {
  readonly position: LogPosition;
  readonly data: Uint8Array;
}

/** A log that most of its replicas have on their disks (`fsync`) before an entry is acknowledged. Entries may be larger than a message of NATS. */
export interface ReplicatedLog {
  /**
   * Adds an entry behind the one at `after`. Throws LogConflictError where the log has gone on since: nothing was added. Throws ClusterUnavailableError where it is not
   * known whether it was: whoever wrote reads what the log has before it writes again.
   */
  append(data: Uint8Array, after: LogPosition): Promise<LogPosition>;
  /** Entries behind `after`, then each that comes, until `signal` fires. Throws LogTrimmedError where the first of them are no longer there: a snapshot has them. */
  follow(after: LogPosition, signal: AbortSignal): AsyncIterable<LogEntry>;
  /** Of the last entry, as its leader knows it. */
  tail(): Promise<LogPosition>;
  /** Keeps a state up to a position (a file), by which those before may be forgotten. */
  saveSnapshot(file: string, position: LogPosition): Promise<void>;
  /** Brings the newest snapshot into a file; undefined where there is none. */
  loadSnapshot(file: string): Promise<LogPosition | undefined>;
}

/** Who a forwarded request is from: the host that forwards has checked its signature. */
export interface ForwardedIdentity {
  /** From the other side on without its secret: nothing signed has to be checked there. */
  readonly key: AccessKey;
  /** Where parts of its body are signed: the key of the day that they are signed with, as the secret is not there. */
  readonly signingKey?: Uint8Array | undefined;
}

/** Handles what other hosts ask by one name. `body` and what it gives are plain data for MessagePack; what it throws is thrown there with its name, message and code. */
export type PeerHandler = (body: unknown, from: HostId, signal: AbortSignal) => Promise<unknown>;

/** A conversation with another host: messages of bytes in both directions, in order, each direction with its own back-pressure. */
export interface PeerStream {
  readonly host: HostId;
  /** Gives false when the sender should wait for `drained`. After the end it does nothing. */
  send(message: Uint8Array): boolean;
  drained(): Promise<void>;
  /** While it is set, it ends with PeerLostError where nothing at all is heard of the other host for some 1.5 s, though it is asked: long before it is given up by all. */
  expectsWord: boolean;
  /** Messages are handed over while it is not paused; set before anything can come. */
  onMessage: (message: Uint8Array) => void;
  pause(): void;
  resume(): void;
  /** Ends it for both; the other is told why. */
  end(error?: Error): void;
  /** Sends a last message, and ends it: what of both fits goes as one. */
  endWith(message: Uint8Array): void;
  /** Resolves when it has ended, with why where that was not on purpose: PeerLostError when the connection or the host is gone. */
  readonly ended: Promise<Error | undefined>;
}

/** Takes a conversation that another host begins; what it throws ends it. */
export type PeerAcceptor = (stream: PeerStream, opening: unknown) => void;

/** The way from host to host: mutual TLS, each side known by the certificate that its record names. */
export interface Peers {
  /** Throws PeerLostError where there was no answer: it may have been carried out. */
  call(host: HostId, method: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Begins a conversation. `opening` is plain data. */
  open(host: HostId, method: string, opening: unknown): PeerStream;
  /** One handler for each name; set before the listener opens. */
  serve(method: string, handler: PeerHandler): void;
  accept(method: string, acceptor: PeerAcceptor): void;
  /**
   * Has another host answer a request of a client, body and all; never one that was forwarded already. Where that host cannot be reached and nothing was answered, ApiError; where it
   * says 421, MisdirectedError. `body`: where it was read already.
   */
  forward(
    host: HostId,
    request: IncomingMessage,
    response: ServerResponse,
    identity: ForwardedIdentity,
    body?: Uint8Array,
  ): Promise<void>;
  /** The same for a request to upgrade its connection. */
  forwardUpgrade(
    host: HostId,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    identity: ForwardedIdentity,
  ): Promise<void>;
}

/** Who a request that another host forwarded is from, by its headers' object; undefined for one of a client's own. */
export type IdentityOfForwarded = (request: { readonly headers: object }) => ForwardedIdentity | undefined;

/** Where an account's events, queues, schedules, executions, sessions and what its threads share are kept: at one host at a time, its home. */
export type Home =
  | { readonly at: 'here'; readonly lease: Lease }
  | { readonly at: 'host'; readonly host: HostId; readonly epoch: bigint }
  /** Its host is gone and no other has taken over yet, or nobody can tell. `suspended`: this host has it, and perhaps may act for it soon again; until then it does nothing, and forgets nothing. */
  | { readonly at: 'nowhere'; readonly suspended?: Lease };

/** Homes of accounts. An account belongs to one of a fixed number of shards, by its hash; each shard has a lease. */
export interface Homes {
  homeOf(account: string): Home;
  /** Resolves when it is somewhere, and its lease not suspended where that is here; throws ClusterUnavailableError after `waitMs`. */
  settledHomeOf(account: string, waitMs: number): Promise<Exclude<Home, { readonly at: 'nowhere' }>>;
  onChange(listener: () => void): Disposable;
}

/** What a host has yet to give up. */
export interface DrainState {
  readonly id: HostId;
  readonly name: string;
  readonly draining: boolean;
  /** What is left, in the plural: `running invocations`, `shards`. */
  readonly left: readonly { readonly what: string; readonly count: number }[];
}

/** Hosts as their operator sees to them. A host is named by its id or its name; the empty name is this one. Every method throws ApiError where there is none, or several of that name. */
export interface ClusterLife {
  /** Has a host give up what it has, or take work again. Resolves when it knows, not when it has. */
  drain(host: string, draining: boolean): Promise<DrainState>;
  drainState(host: string): Promise<DrainState>;
  /** A host that is gone is none any more: nobody believes its certificate, and it is refused when it starts again. Throws ApiError for one that is heard. */
  remove(host: string): Promise<{ readonly id: HostId; readonly name: string }>;
  /** This host goes for good, and stops its service. Throws ApiError where it was not drained, or is not empty. */
  leave(): Promise<{ readonly id: HostId; readonly name: string }>;
}

/** What is to be seen of all hosts. Each is asked by itself; those that are silent are named, by their names for people. */
export interface ClusterOverview {
  snapshot(): Promise<ClusterSnapshot>;
  /** Instances on all hosts, each with the name of its host: those of an account, and those that wait for any. */
  instances(account: string): Promise<Gathered<InstanceSnapshot>>;
  /** What the others have of an account, each as {@link tells} has it say that of this name. */
  told(what: string, account: string, asked?: Told): Promise<Gathered<object>>;
  /** What this host says to others of an account, by names of its own: plain data. `about`: what it was asked for, '' where that was not said. Called before it is announced. */
  tells(what: string, tell: (account: string, about: string) => Promise<object>): void;
  /** What was used, of all hosts; records of the same are one. */
  usage(span: UsageSpan): Promise<Gathered<UsageRecord>>;
  /** Where the time of an account's calls went, of all hosts; each with the name of the one that ran it. */
  traces(query: TracesAsked): Promise<Gathered<ShownTrace>>;
  /** What this host knows of the cluster, in Prometheus' text format. */
  metrics(): Promise<string>;
}

/** What of an account is asked for, and whom. */
export interface Told {
  /** Passed on to those who tell. */
  readonly about?: string;
  /** Only the account's home, where that is another host: nobody else has it. */
  readonly ofHome?: true;
}

/** Which traces are asked for: of all of an account, the newest; of a function, or the one of a request. */
export interface TracesAsked {
  readonly account: string;
  readonly limit: number;
  readonly functionName?: string | undefined;
  readonly requestId?: string | undefined;
}

/** From hosts that answered. */
export interface Gathered<T> {
  readonly found: readonly T[];
  readonly silent: readonly string[];
}

/** Milliseconds since the Unix epoch; without an account, of all. */
export interface UsageSpan {
  readonly account?: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Nobody can say now what most of the cluster holds true. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';
}

/** Another entry was added first. */
export class LogConflictError extends Error {
  override readonly name = 'LogConflictError';
}

/** The log begins later: what was before is in its snapshot. */
export class LogTrimmedError extends Error {
  override readonly name = 'LogTrimmedError';
}

/** The host that a request was led to is not the one that answers it, and has done nothing: it has to be led anew. */
export class MisdirectedError extends Error {
  override readonly name = 'MisdirectedError';
}

/** Another host did not answer, or no longer. */
export class PeerLostError extends Error {
  override readonly name = 'PeerLostError';
  /** Whether nothing of what was asked can have arrived there: then it was not carried out. */
  readonly unsent: boolean;
  /** Whether its process ended the connection, or ended itself: it is not only out of reach. */
  readonly hungUp: boolean;
  constructor(message: string, options: ErrorOptions & { readonly unsent?: boolean; readonly hungUp?: boolean } = {}) {
    super(message, options);
    this.unsent = options.unsent === true;
    this.hungUp = options.hungUp === true;
  }
}
