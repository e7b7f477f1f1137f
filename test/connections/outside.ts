import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WebSocketServer } from 'ws';

/** What functions connect to in tests: servers on this machine's loopback. */
export interface Outside extends AsyncDisposable {
  /** The certificate of who signed that of `https`. */
  readonly ca: string;
  readonly https: number;
  readonly http: number;
  /** Says back what it heard, after its other side has ended. */
  readonly halves: number;
  /** Resets whoever says something. */
  readonly resets: number;
  /** Says a word, and then nothing. `heldOnes` are its connections. */
  readonly holds: number;
  readonly heldOnes: Server;
}

const block = Buffer.alloc(1_048_576, 'x');

/** Starts them. `host`: the name that they are known by inside, which the certificate is for. */
export async function startOutside(host: string): Promise<Outside> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-ca-'));
  const { ca, cert, key } = await certificates(folder, host);
  const https = createHttps({ cert, key }, answer);
  const http = createHttp(answer);
  const halves = createServer({ allowHalfOpen: true }, (socket) => void sayBack(socket));
  const resets = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const heldOnes = createServer((socket) => socket.write('held'));
  const servers: readonly Server[] = [https, http, halves, resets, heldOnes];
  const open = new Set<Socket>();
  for (const server of servers)
    server.on('connection', (socket: Socket) => {
      open.add(socket.on('error', () => undefined).once('close', () => open.delete(socket)));
    });
  const websockets = new WebSocketServer({ server: https });
  websockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data, { binary: false })));
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = await Promise.all(servers.map(portOf));
  return {
    ca,
    ...{ https: first, http: second, halves: third, resets: fourth, holds: fifth, heldOnes },
    [Symbol.asyncDispose]: async () => {
      websockets.close();
      https.closeAllConnections();
      http.closeAllConnections();
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, bytes] = /^\/bytes\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (bytes !== undefined) return send(response, Number(bytes));
  if (request.url !== '/count') return void response.end('hello from outside');
  let count = 0;
  request.on('data', (chunk: Buffer) => (count += chunk.length));
  request.on('end', () => response.end(String(count)));
}

function send(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const piece = block.subarray(0, left);
      left -= piece.length;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

async function sayBack(socket: Socket): Promise<void> {
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  socket.end(heard);
}

/** An authority of its own, and what it has signed for the host. */
async function certificates(folder: string, host: string): Promise<{ ca: string; cert: string; key: string }> {
  const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args, { cwd: folder });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority');
  const names = ['-addext', `subjectAltName=DNS:${host}`];
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key'];
  await openssl(
    'req',
    '-x509',
    ...curve,
    ...signed,
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-subj',
    `/CN=${host}`,
    ...names,
  );
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { ca, cert, key };
}
