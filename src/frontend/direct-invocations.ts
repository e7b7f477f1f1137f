import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { errorReply } from '../api/errors.ts';
import type { Clock } from '../model/clock.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { AuthenticatedRequest } from './authenticated-request.ts';
import { asApiError } from './error-handling.ts';
import type { Operation } from './operation.ts';
import { sendBytes } from './send-bytes.ts';

/** What invocations are answered with. */
export interface DirectOptions {
  /** The operation that all of them are. */
  readonly invoke: Operation;
  readonly authenticator: Authenticator;
  readonly region: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an answer has left. */
  readonly answered: () => void;
}

/** What is odder than this is for fastify to judge. */
const plainType = /^[a-z0-9.+-]+\/[a-z0-9.+-]+(?:; ?charset=[a-z0-9-]+)?$/i;
const plainPath = /^\/2015-03-31\/functions\/([A-Za-z0-9_-]{1,64})\/invocations$/;
const bodyBytesMax = 65_536;
const noQuery: Readonly<Record<string, string>> = {};

/**
 * Takes invocations of the plainest kind past fastify, whose routing, hooks and objects cost as much as everything else
 * that is done for them here: a small body of known length, no query, an answer that is waited for. Gives false,
 * having done nothing, for any other request; what fastify does with those is the same, only slower.
 */
export function directInvocations(
  options: DirectOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const functionName = plainInvocation(request);
    if (functionName === undefined) return false;
    const receivedAt = options.clock.now();
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      const requestId = randomUUID();
      answer(options, request, response, { functionName, receivedAt, requestId, body }).catch((error: unknown) =>
        refuse(options, response, requestId, error),
      );
    });
    return true;
  };
}

/** The name of the function, if it is an invocation of that kind. */
function plainInvocation({ method, url, headers }: IncomingMessage): string | undefined {
  if (method !== 'POST' || url === undefined) return undefined;
  if (headers['transfer-encoding'] !== undefined || headers['x-amz-invocation-type'] !== undefined) return undefined;
  if (!(Number(headers['content-length'] ?? 0) <= bodyBytesMax)) return undefined;
  if (!plainType.test(headers['content-type'] ?? 'none/given')) return undefined;
  return plainPath.exec(url)?.[1];
}

interface Received {
  readonly functionName: string;
  readonly receivedAt: number;
  readonly requestId: string;
  readonly body: Buffer;
}

async function answer(
  { authenticator, invoke, region, answered }: DirectOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { functionName, receivedAt, requestId, body }: Received,
): Promise<void> {
  const signed = { method: 'POST', path: request.url ?? '', query: noQuery, headers: request.headers };
  const claimant = await authenticator.admit(signed);
  const verifying = authenticator.verify(signed, claimant, body);
  if (verifying !== undefined) await verifying;
  const scope = { account: claimant.key.account, region };
  const parameters = { functionName };
  const reply = await invoke.run(
    new AuthenticatedRequest(signed, { scope, requestId, receivedAt, body, parameters, socket: request.socket }),
  );
  if (!(reply.body instanceof Uint8Array)) throw new Error('An invocation that is waited for has no payload.');
  sendBytes(response, requestId, reply, reply.body, answered);
}

function refuse(
  { invoke, logger, answered }: DirectOptions,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  const { status, headers, body } = errorReply(asApiError(error, invoke.name, invoke.bodyBytesMax, logger));
  const text = JSON.stringify(body);
  const always = { 'x-amzn-requestid': requestId, 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(text), ...headers }).end(text, answered);
}
