import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket, type SecureContext } from 'node:tls';
import { PassedConnection } from './passed-connection.ts';
import { headBytesMax, type Passing } from './passing.ts';

/** How long code may take to agree on TLS with us. */
const handshakeMsMax = 20_000;
/**
 * Where connections go on that may need a secret: their requests are read by Node's own parser, filled, and made anew to the host; its answers come
 * back as they are, apart from secrets in them. One connection of code is one to the host: when that ends, so does the other.
 */
export class Passage {
  readonly #server: Server;
  readonly #passed = new WeakMap<Duplex, PassedConnection>();

  constructor() {
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      this.#passed.get(request.socket)?.request(request, response);
    // What is not asked for by anybody is closed by whoever it belongs to: the host, the code, or the end of its container.
    this.#server = createServer(
      { maxHeaderSize: headBytesMax, keepAliveTimeout: 0, requestTimeout: 0, shouldUpgradeCallback },
      serve,
    );
    this.#server.maxHeadersCount = 0;
    this.#server.on('checkContinue', serve);
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#passed.get(socket)?.upgrade(request, socket, head),
    );
    this.#server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => this.#refuse(error, socket));
  }

  pass(inner: Duplex, passing: Passing): void {
    inner.on('error', () => undefined);
    if (passing.scheme === 'http') return this.#take(inner, inner, passing);
    const context = passing.secrets.contextOf(passing.name);
    if (context === undefined) return void inner.destroy();
    this.#secure(inner, context, passing);
  }

  #secure(inner: Duplex, secureContext: SecureContext, passing: Passing): void {
    const plain = new TLSSocket(inner, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
    const late = passing.clock.timer(handshakeMsMax, () => plain.destroy());
    plain.once('close', () => {
      late[Symbol.dispose]();
      inner.destroy();
    });
    inner.once('close', () => plain.destroy());
    plain.once('error', (error: Error) => {
      if (!this.#passed.has(plain)) passing.tell(notAgreed(passing.name, error));
      plain.destroy();
    });
    plain.once('secure', () => {
      late[Symbol.dispose]();
      this.#take(plain, inner, passing);
    });
  }

  #take(plain: Duplex, inner: Duplex, passing: Passing): void {
    const passed = new PassedConnection(plain, inner, passing);
    this.#passed.set(plain, passed);
    this.#server.emit('connection', plain);
  }

  #refuse({ code }: { readonly code?: string }, socket: Duplex): void {
    const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    this.#passed
      .get(socket)
      ?.tell(`a request was refused with ${status} as it is no HTTP/1.1 that can be told (${code ?? 'unknown'})`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  }
}

/** Whoever wants another protocol, such as h2c, is answered as if he had not asked. */
function shouldUpgradeCallback({ headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade?.toLowerCase() === 'websocket';
}

function notAgreed(name: string, error: Error): string {
  const why = 'code' in error ? String(error.code) : error.message;
  return `Secrets: TLS with ${name} was not agreed on inside (${why}): the program does not trust /opt/.heddle/authorities.pem, which SSL_CERT_FILE, NODE_EXTRA_CA_CERTS and their like name, or wants something else than HTTP/1.1.`;
}
