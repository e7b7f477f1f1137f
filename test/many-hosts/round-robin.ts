import { once } from 'node:events';
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Longest that a connection to a host is kept without a request on it, ms: less than the host keeps it. */
const idleMs = 2_000;

/** One address for several hosts. */
export interface RoundRobin extends AsyncDisposable {
  readonly url: string;
}

/** Listens on a port of its own and has each request answered by the next of these hosts, and each connection that is to be upgraded too; all as it came, and as it comes back. */
export async function roundRobin(urls: readonly string[]): Promise<RoundRobin> {
  const targets = urls.map((url) => new URL(url));
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  let count = 0;
  const next = (): { readonly host: string; readonly port: number } => {
    const target = targets[count++ % targets.length];
    if (target === undefined) throw new Error('There are no hosts.');
    return { host: target.hostname, port: Number(target.port) };
  };
  const pass = (request: IncomingMessage, response: ServerResponse): void => passOn(request, response, agent, next());
  const server = createServer({ requestTimeout: 0 }, pass);
  // Whether it wants the body is for the host to say.
  server.on('checkContinue', pass).on('checkExpectation', pass);
  // Of these the server knows nothing any more: they would keep it open.
  const led = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    led.add(socket);
    socket.on('close', () => led.delete(socket));
    lead(request, socket, head, next());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of led) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

interface Target {
  readonly host: string;
  readonly port: number;
}

function passOn(request: IncomingMessage, response: ServerResponse, agent: Agent, target: Target): void {
  const { method = 'GET', url: path = '/', rawHeaders } = request;
  const asked = ask({ ...target, agent, method, path, headers: [...rawHeaders], setDefaultHeaders: false });
  const broken = (): void => {
    response.destroy();
  };
  asked.on('continue', () => response.writeContinue());
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    answer.on('error', broken).on('aborted', broken).pipe(response);
    answer.on('end', () => response.addTrailers(pairsOf(answer.rawTrailers)));
  });
  asked.on('error', broken);
  request.on('error', () => asked.destroy()).pipe(asked);
  response.on('close', () => void (response.writableFinished || asked.destroy()));
}

function pairsOf(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] satisfies [string, string]] : []));
}

function lead(request: IncomingMessage, inner: Duplex, head: Buffer, target: Target): void {
  const { method = 'GET', url = '/', rawHeaders } = request;
  const outer = connect(target);
  const headers = pairsOf(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  outer.write(Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`, 'latin1'), head]));
  for (const [one, other] of [
    [inner, outer],
    [outer, inner],
  ] as const)
    one
      .on('error', () => other.destroy())
      .on('close', () => other.destroy())
      .pipe(other);
}
