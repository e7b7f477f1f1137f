import type { X509Certificate } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { HostId, HostRecord } from '../../contract.ts';
import { type HostCertificate, hostNamedBy } from '../certificate.ts';
import { isCertificateOf, tlsOptions } from '../connect.ts';
import { peerLimits } from '../peer-limits.ts';

/** Who takes what comes in from other hosts. */
export interface PeerGuests {
  /** The record of a host, whether it is heard or not. */
  find(host: HostId): HostRecord | undefined;
  request(request: IncomingMessage, response: ServerResponse, from: HostId): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, from: HostId): void;
  /** Told why no connection can be taken now; it goes on listening. */
  failed(error: unknown): void;
}

/** Longer than the other side keeps connections that it does not use: it is never this one that closes one just when it is used again. */
const keepAliveMs = 120_000;
/** Between two words about connections that could not be taken. */
const reportMsMin = 10_000;
const serverOptions = {
  requestTimeout: 300_000,
  headersTimeout: 30_000,
  keepAliveTimeout: keepAliveMs,
  maxHeaderSize: peerLimits.forwardedHeadersBytesMax,
  requireHostHeader: false,
};

/**
 * Where other hosts come in: one port, TLS 1.3, and only who has the key of a certificate that the record of a host names. Anybody else's connection is destroyed before a
 * byte of it was read or answered.
 */
export class PeerListener implements AsyncDisposable {
  readonly #guests: PeerGuests;
  #reportedAt = Number.NEGATIVE_INFINITY;
  readonly #tls: ReturnType<typeof createTlsServer>;
  readonly #http: Server;
  readonly #known = new Map<Socket, Known>();
  readonly #connections = new Set<Socket>();
  /** Connections whose other side is not known yet, by where they come from, the oldest first. */
  readonly #shaking = new Map<string, Socket>();

  constructor(own: HostCertificate, guests: PeerGuests) {
    this.#guests = guests;
    this.#tls = createTlsServer({
      ...tlsOptions(own),
      requestCert: true,
      handshakeTimeout: peerLimits.handshakeMsMax,
      // A certificate is shown each time, and never remembered by a ticket.
      sessionTimeout: 1,
    });
    this.#tls.maxConnections = peerLimits.connectionsMax;
    this.#http = createHttpServer(serverOptions, (request, response) =>
      guests.request(request, response, this.#fromOf(request)),
    );
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      guests.upgrade(request, socket, head, this.#fromOf(request)),
    );
    this.#tls.on('connection', (socket: Socket) => this.#arrived(socket));
    this.#tls.on('secureConnection', (socket) => this.#shaken(socket));
    // Who cannot shake hands is nobody; Node destroys the connection.
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Rejects where the port is taken. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ readonly host: string; readonly port: number }>();
    this.#tls.once('error', reject);
    this.#tls.listen(port, host, () => {
      this.#tls.off('error', reject).on('error', (error) => this.#failed(error));
      const address = this.#tls.address();
      if (address === null || typeof address === 'string') return reject(new Error('It listens on no port.'));
      resolve({ host, port: address.port });
    });
    return promise;
  }

  /** Ends connections of hosts whose records name another certificate now, or that are known no longer. */
  look(): void {
    for (const [socket, { host, certificate }] of this.#known)
      if (!isCertificateOf(certificate, this.#guests.find(host))) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeIdleConnections();
    const closed = new Promise<void>((resolve) => void this.#tls.close(() => resolve()));
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  /** Where no descriptors are left each connection that comes fails: once in a while is enough to be told of. */
  #failed(error: unknown): void {
    const now = performance.now();
    if (now - this.#reportedAt < reportMsMin) return;
    this.#reportedAt = now;
    this.#guests.failed(error);
  }

  #arrived(socket: Socket): void {
    const from = endOf(socket);
    // Whoever has a certificate shows it within milliseconds: strangers that only hold on do not keep hosts out.
    const [oldest] = this.#shaking;
    if (oldest !== undefined && this.#shaking.size >= peerLimits.handshakesMax) {
      this.#shaking.delete(oldest[0]);
      oldest[1].destroy();
    }
    this.#shaking.set(from, socket);
    this.#connections.add(socket);
    socket.once('close', () => {
      this.#shaking.delete(from);
      this.#connections.delete(socket);
    });
  }

  #shaken(socket: TLSSocket): void {
    this.#shaking.delete(endOf(socket));
    const certificate = socket.getPeerX509Certificate();
    const host = certificate === undefined ? '' : hostNamedBy(certificate);
    if (certificate === undefined || !isCertificateOf(certificate, this.#guests.find(host)))
      return void socket.destroy();
    this.#known.set(socket, { host, certificate });
    socket.once('close', () => this.#known.delete(socket));
    socket.setNoDelay(true);
    this.#http.emit('connection', socket);
  }

  #fromOf({ socket }: IncomingMessage): HostId {
    const known = this.#known.get(socket);
    if (known === undefined) throw new Error('A request came on a connection that nobody let in.');
    return known.host;
  }
}

/** Who was let in. */
interface Known {
  readonly host: HostId;
  /** Asked for once: a later question need not be answered. */
  readonly certificate: X509Certificate;
}

function endOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
