import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { HostCertificate } from '../../src/cluster/peers/certificate.ts';

// The least that anything can take that is asked of another process over mutual TLS: so many bytes there, and the same back, with nothing of ours in between.

/** About what an invocation of a small function is on its way, bytes. */
const bytes = 400;

/** Sends back what comes; gives its port. */
export async function serveEcho(own: HostCertificate, undo: AsyncDisposableStack): Promise<number> {
  const options = { key: own.key, cert: own.certificate, minVersion: 'TLSv1.3', requestCert: true } as const;
  const server = createServer({ ...options, rejectUnauthorized: false }, (socket) => {
    socket.setNoDelay(true);
    socket.on('data', (data) => socket.write(data));
    undo.defer(async () => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.defer(async () => void server.close());
  return portOf(server.address());
}

/** Asks for one echo after the other, over one connection. */
export class EchoClient {
  readonly #socket: Socket;
  readonly #message = Buffer.alloc(bytes);
  #echoed: (() => void) | undefined;
  #missing = 0;

  constructor(port: number, own: HostCertificate) {
    const options = { key: own.key, cert: own.certificate, rejectUnauthorized: false };
    this.#socket = connect({ host: '127.0.0.1', port, ...options });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (data) => {
      this.#missing -= data.length;
      if (this.#missing === 0) this.#echoed?.();
    });
  }

  echo(): Promise<void> {
    this.#missing = bytes;
    this.#socket.write(this.#message);
    return new Promise((resolve) => void (this.#echoed = resolve));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return address.port;
}
