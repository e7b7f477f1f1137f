import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { errorReply } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { authoriseOperation } from '../policies/deeds/of-operations.ts';
import { AuthenticatedRequest } from './authenticated-request.ts';
import { asApiError } from './error-handling.ts';
import { durableName } from '../lambda/executions/not-durable.ts';
import type { Operation } from './operation.ts';
import type { RequestHomes } from './request-homes.ts';
import { sendBytes } from '../http/send-bytes.ts';
import { sendParts } from '../http/send-parts.ts';

/** What invocations are answered with. */
export interface DirectOptions {
  /** Those of the API, those that they are among them. */
  readonly operations: readonly Operation[];
  readonly authenticator: Authenticator;
  readonly region: string;
  readonly homes?: RequestHomes | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an answer has left. */
  readonly answered: () => void;
}

/** What is odder than this is for fastify to judge. */
const plainType = /^[a-z0-9.+-]+\/[a-z0-9.+-]+(?:; ?charset=[a-z0-9-]+)?$/i;
const plainPath =
  /^\/(?:2015-03-31\/functions\/([A-Za-z0-9_-]{1,64})\/invocations|2021-11-15\/functions\/([A-Za-z0-9_-]{1,64})\/response-streaming-invocations)$/;
const plainLog: ReadonlySet<unknown> = new Set([undefined, 'None', 'Tail']);
const plainBytesMax = 65_536;
const noQuery: Readonly<Record<string, string>> = {};

/**
 * Takes invocations of the plainest kind past fastify, whose routing, hooks and objects cost as much as everything else
 * that is done for them here: a small body of known length, no query, an answer that is waited for, or none at all. Gives false,
 * having done nothing, for any other request; what fastify does with those is the same, only slower.
 */
export function directInvocations(
  options: DirectOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const named = (name: string): Operation => {
    const found = options.operations.find((operation) => operation.name === name);
    if (found === undefined) throw new Error(`There is no operation ${name}.`);
    return found;
  };
  const [invoke, stream] = [named('InvokeFunction'), named('InvokeWithResponseStream')];
  return (request, response) => {
    const [, whole, streamed] = plainInvocation(request) ?? [];
    const functionName = whole ?? streamed;
    if (functionName === undefined) return false;
    const operation = whole === undefined ? stream : invoke;
    const receivedAt = options.clock.now();
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      const requestId = randomUUID();
      const received = { operation, functionName, receivedAt, requestId, body };
      answer(options, request, response, received).catch((error: unknown) =>
        refuse(options, operation, response, requestId, error),
      );
    });
    return true;
  };
}

/** The name of the function, whole or streamed, if it is an invocation of that kind. */
function plainInvocation({ method, url, headers }: IncomingMessage): RegExpExecArray | undefined {
  if (method !== 'POST' || url === undefined) return undefined;
  if (headers['transfer-encoding'] !== undefined) return undefined;
  const type = headers['x-amz-invocation-type'];
  if (type !== undefined && type !== 'Event') return undefined;
  if (headers[durableName] !== undefined || !plainLog.has(headers['x-amz-log-type'])) return undefined;
  if (!(Number(headers['content-length'] ?? 0) <= plainBytesMax)) return undefined;
  if (!plainType.test(headers['content-type'] ?? 'none/given')) return undefined;
  const found = plainPath.exec(url) ?? undefined;
  // An answer that streams is always waited for.
  return type !== undefined && found?.[2] !== undefined ? undefined : found;
}

interface Received {
  readonly operation: Operation;
  readonly functionName: string;
  readonly receivedAt: number;
  readonly requestId: string;
  readonly body: Buffer;
}

async function answer(
  { authenticator, region, answered, homes }: DirectOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { operation, functionName, receivedAt, requestId, body }: Received,
): Promise<void> {
  const signed = { method: 'POST', path: request.url ?? '', query: noQuery, headers: request.headers };
  const claimant = await authenticator.admit(signed);
  const verifying = authenticator.verify(signed, claimant, body);
  if (verifying !== undefined) await verifying;
  const scope = { account: claimant.key.account, region };
  const parameters = { functionName };
  if (claimant.key.sessionToken !== undefined)
    authoriseOperation(claimant.key, { ...signed, operation, service: 'lambda', parameters, body, scope });
  const facts = {
    scope,
    requestId,
    receivedAt,
    body,
    parameters,
    socket: request.socket,
    keyEnded: claimant.key.ended,
  };
  const asked = new AuthenticatedRequest(signed, facts);
  const home = homes === undefined ? undefined : await operation.home?.(asked);
  const checked = { request, response, key: claimant.key, body };
  if (home !== undefined && (await homes?.answeredElsewhere(home, checked)) === true) return answered();
  const reply = await operation.run(asked);
  if (reply.stream !== undefined) {
    void sendParts(response, requestId, reply, reply.stream).then(answered);
    return;
  }
  if (!(reply.body instanceof Uint8Array)) throw new Error('An invocation has no payload.');
  sendBytes(response, requestId, reply, reply.body, answered);
}

function refuse(
  { logger, answered }: DirectOptions,
  operation: Operation,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  const { status, headers, body } = errorReply(asApiError(error, operation.name, operation.bodyBytesMax, logger));
  const text = JSON.stringify(body);
  const always = { 'x-amzn-requestid': requestId, 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(text), ...headers }).end(text, answered);
}
