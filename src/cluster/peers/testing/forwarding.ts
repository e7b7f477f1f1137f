import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ApiError, errorReply } from '../../../api/errors.ts';
import type { AccessKey } from '../../../store/contract.ts';
import type { Front } from '../host-peers.ts';
import { HostBook, testHosts, type TestHost } from './hosts.ts';

/** Whose requests are forwarded. */
export const key: AccessKey = { accessKeyId: 'AKIA', secretAccessKey: 'secret', account: '000000000001', createdAt: 1 };

/** A host that clients call, which forwards all to another one, whose front is `front`. */
export async function forwarding(
  undo: AsyncDisposableStack,
  front: Partial<Front>,
  asWhom: AccessKey = key,
  onConnection: (socket: object) => void = () => undefined,
): Promise<{ readonly port: number; readonly one: TestHost; readonly other: TestHost; readonly known: HostBook }> {
  const known = new HostBook();
  const [one, other] = await testHosts(2, undo, known);
  assert.ok(one !== undefined && other !== undefined);
  other.peers.opensTo({ request: () => assert.fail(), upgrade: () => assert.fail(), ...front });
  await Promise.all([one.join(), other.join()]);
  const server: Server = createServer((request, response) => {
    one.peers.forward(other.id, request, response, { key: asWhom }).catch((error: unknown) => refuse(response, error));
  });
  server.on('connection', onConnection);
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    one.peers.forwardUpgrade(other.id, request, socket, head, { key: asWhom }).catch(() => socket.destroy());
  });
  const port = await listening(server, undo);
  return { port, one, other, known };
}

/** Answers a request with an error of the API. */
export function refuse(response: ServerResponse, error: unknown): void {
  assert.ok(error instanceof ApiError, String(error));
  const { status, headers, body } = errorReply(error);
  response.writeHead(status, headers).end(JSON.stringify(body));
}

async function listening(server: Server, undo: AsyncDisposableStack): Promise<number> {
  server.listen(0, '127.0.0.1');
  undo.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** What came of a request, as it is on the wire. */
export async function asked(
  port: number,
  headers: string[],
  body?: string,
  method = 'POST',
): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
  const request = ask({ port, host: '127.0.0.1', method, path: '/a%20b?c=d', headers, setDefaultHeaders: false });
  request.end(body);
  const [response]: IncomingMessage[] = await once(request, 'response');
  assert.ok(response !== undefined);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { response, text: Buffer.concat(parts).toString() };
}
