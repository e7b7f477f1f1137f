import { setTimeout as wait } from 'node:timers/promises';
import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, errors, type NatsConnection, nkeyAuthenticator, type Status } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { ClusterSettings } from '../../model/cluster.ts';
import { readSeed } from './seed.ts';

/** The oldest server that is spoken to: before it, nothing is on a disk when it is acknowledged. */
const oldestServer = [2, 10] as const;

/** A server that does not answer a ping for `pingMs * (pingsOutMax + 1)` is left for another; NATS's own would take 6 minutes. */
const pingMs = 700;
const pingsOutMax = 2;
/** Connecting to one server: one that stands still takes the connection and says nothing. */
const connectMsMax = 2_500;
/** Between two attempts at the same server; the first one is made at once. */
const reconnectMs = 250;
/** Between two attempts at all of them, before any was reached. */
const firstConnectMs = 1_000;
/** JetStream's answer to one request. */
const jetstreamMsMax = 3_000;

/** The way to the cluster's NATS servers; it never gives up, and says when it is down. */
export interface NatsLink extends AsyncDisposable {
  readonly connection: NatsConnection;
  /** With short time-outs: a leader that stands still does not answer, so ask again (`untilAnswered`). */
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly logger: Logger;
  /** Whether a server is connected, as far as is known: one that stands still is noticed after about two seconds. */
  readonly up: boolean;
  onChange(listener: (up: boolean) => void): Disposable;
  /** Publishes to who listens now. False where no server is connected: the client library would lose it in silence. */
  publish(subject: string, data: Uint8Array): boolean;
}

/** What a link is opened with. */
export interface NatsLinkOptions {
  readonly settings: Pick<ClusterSettings, 'servers' | 'keyFile' | 'caFile'>;
  /** As the servers show it. */
  readonly name: string;
  readonly logger: Logger;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

/**
 * Connects to one of the servers, and waits until there is one. Throws where the key file is no key, a server does not know the key, or is too old;
 * and what `signal` says when it fires.
 */
export async function openNatsLink(options: NatsLinkOptions): Promise<NatsLink> {
  const seed = await readSeed(options.settings.keyFile);
  const connection = await firstConnection(options, seed.getSeed());
  try {
    refuseOldServer(connection);
    // Those that did not answer now were dropped from the list; they may answer later.
    const known = connection.getServers().map(({ listen }) => listen);
    connection.setServers([...new Set([...options.settings.servers, ...known])]);
    const manager = await jetstreamManager(connection, { timeout: jetstreamMsMax, checkAPI: false });
    return new OpenLink(connection, manager, options.logger);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A connection that never gives up, once there is one that did not need to. */
async function firstConnection(
  { settings, name, logger, signal }: NatsLinkOptions,
  seed: Uint8Array,
): Promise<NatsConnection> {
  const servers = [...settings.servers];
  const options = {
    servers,
    name,
    authenticator: nkeyAuthenticator(seed),
    ...(settings.caFile === undefined ? {} : { tls: { caFile: settings.caFile } }),
    reconnectTimeWait: reconnectMs,
    reconnectJitter: reconnectMs,
    reconnectJitterTLS: reconnectMs,
    timeout: connectMsMax,
    pingInterval: pingMs,
    maxPingOut: pingsOutMax,
  };
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      // With `ignoreAuthErrorAbort` a first connection would never end where the key is wrong: each refusal names more servers to try.
      await (await connect({ ...options, reconnect: false })).close();
      return await connect({ ...options, maxReconnectAttempts: -1, ignoreAuthErrorAbort: true });
    } catch (cause) {
      if (cause instanceof errors.AuthorizationError && !isLate(cause))
        throw new Error(
          `The NATS servers (${servers.join(', ')}) do not know the key in ${settings.keyFile}: it should be the one of the hosts' user in their configuration.`,
          { cause },
        );
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (tries === 0)
        logger.warn({ servers, reason }, 'No NATS server of the cluster answers yet; trying until one does.');
      await wait(firstConnectMs, undefined, { signal });
    }
  }
}

/** Whether a server gave up waiting for the key, which says nothing of it: this machine, or that one, was busy. The library has one error for both. */
function isLate({ message }: Error): boolean {
  return message.toLowerCase().includes('authentication timeout');
}

function refuseOldServer({ info }: NatsConnection): void {
  const [major = 0, minor = 0] = (info?.version ?? '').split('.').map(Number);
  const [wantedMajor, wantedMinor] = oldestServer;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Error(
    `The NATS server ${info?.server_name} is ${info?.version}; a cluster needs ${oldestServer.join('.')} or later, which can have on its disk what it acknowledges.`,
  );
}

class OpenLink implements NatsLink {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly logger: Logger;
  readonly #listeners = new Set<(up: boolean) => void>();
  #up = true;
  #closing = false;

  constructor(connection: NatsConnection, manager: JetStreamManager, logger: Logger) {
    this.connection = connection;
    this.manager = manager;
    this.jetstream = jetstream(connection, { timeout: jetstreamMsMax });
    this.logger = logger;
    void this.#follow();
  }

  get up(): boolean {
    return this.#up;
  }

  onChange(listener: (up: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  publish(subject: string, data: Uint8Array): boolean {
    if (!this.#up || this.connection.isClosed()) return false;
    this.connection.publish(subject, data);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#up = false;
    this.#listeners.clear();
    await this.connection.close();
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) this.#note(status);
  }

  #note(status: Status): void {
    if (status.type === 'disconnect' || status.type === 'close') this.#set(false);
    if (status.type === 'error')
      this.logger.warn({ err: status.error }, 'A NATS server of the cluster refused something.');
    if (status.type !== 'reconnect') return;
    try {
      refuseOldServer(this.connection);
    } catch (err) {
      this.logger.error({ err }, 'Another NATS server of the cluster is too old.');
    }
    this.#set(true);
  }

  #set(up: boolean): void {
    if (up === this.#up || this.#closing) return;
    this.#up = up;
    const server = this.connection.isClosed() ? undefined : this.connection.getServer();
    if (up) this.logger.info({ server }, 'Connected to a NATS server of the cluster again.');
    else this.logger.warn('The connection to the NATS servers of the cluster is lost; trying until one answers.');
    for (const listener of [...this.#listeners]) listener(up);
  }
}
