import { Agent, request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../../api/errors.ts';
import { callerOn } from '../../../model/invocations/caller.ts';
import { MisdirectedError, type ForwardedIdentity, type HostRecord } from '../../contract.ts';
import type { HostCertificate } from '../certificate.ts';
import { connectTo } from '../connect.ts';
import { peerLimits } from '../peer-limits.ts';
import { withoutHeader } from '../../../model/http/end-to-end.ts';
import { forwardedHeaders } from './headers.ts';
import { identityHeader, identityOfForwarded, identityOnWire } from './identity.ts';

/** Less than the listener keeps connections without anything to do. */
const idleMs = 60_000;
/** Said by a host that has done nothing, as another has to (RFC 9110, 15.5.20). */
const misdirected = 421;
const answerHeadersBytesMax = 131_072;

/** Connections for forwarded requests to one host, as its record has it. */
export class ForwardingAgent extends Agent {
  readonly #record: HostRecord;
  readonly #own: HostCertificate;

  constructor(record: HostRecord, own: HostCertificate) {
    super({
      keepAlive: true,
      maxSockets: peerLimits.forwardedMax,
      maxFreeSockets: peerLimits.forwardedIdleMax,
      timeout: idleMs,
    });
    this.#record = record;
    this.#own = own;
  }

  override createConnection: Agent['createConnection'] = (_options, callback) => {
    connectTo(this.#record, this.#own).then(
      (socket) => callback?.(null, socket),
      (error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), new Duplex()),
    );
    return undefined;
  };
}

/** A request to be answered by another host. */
export interface Forwarded {
  readonly record: HostRecord;
  readonly agent: Agent;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly identity: ForwardedIdentity;
  /** Where it was read already. */
  readonly body?: Uint8Array | undefined;
}

/**
 * Passes a request on, and its answer back, both as they come: whoever is slow is waited for, and who goes away ends it on the other side. Rejects with ApiError where nothing
 * was answered; where the answer breaks off in the middle, the client's connection does, too.
 */
export async function forward({ record, agent, request, response, identity, body }: Forwarded): Promise<void> {
  refuseTwice(request);
  const asked = ask({
    agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: headersOf(request, identity, body),
    maxHeaderSize: answerHeadersBytesMax,
    setDefaultHeaders: false,
  });
  // Who has gone wants no answer; and what has not been done yet may be left.
  const gone = (): void =>
    void (response.writableFinished || asked.destroy(new ClientGoneError('The client has gone.')));
  response.once('close', gone);
  try {
    const answering = answerTo(asked);
    // Also where the other side wants no more of it: it answers then.
    if (body === undefined) request.pipe(asked);
    else asked.end(body);
    const answer = await answering;
    if (answer.statusCode === misdirected) {
      answer.resume();
      throw new MisdirectedError(`Host ${record.id} does not answer this.`);
    }
    await passBack(answer, response);
  } catch (error) {
    asked.destroy();
    if (error instanceof ClientGoneError || response.destroyed) return;
    if (response.headersSent) return void response.destroy();
    if (error instanceof MisdirectedError) throw error;
    throw unreachable(record, error);
  } finally {
    response.off('close', gone);
  }
}

/** Throws for a request that has come from another host: where it is wrong here, the two do not know the same, and it would go round. */
export function refuseTwice(request: IncomingMessage): void {
  if (identityOfForwarded(request) === undefined) return;
  throw new ApiError(
    'ServiceException',
    'Two hosts of the cluster do not agree on whose this request is, for a moment. Try it again.',
    { status: 503, retryAfterSeconds: 1 },
  );
}

/** What the client is told where the other host is not there. */
export function unreachable(record: Pick<HostRecord, 'id'>, cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError('ServiceException', `Host ${record.id}, which serves this, gave no answer: ${why}`, {
    status: 503,
    retryAfterSeconds: 1,
    cause,
  });
}

function headersOf(request: IncomingMessage, identity: ForwardedIdentity, body: Uint8Array | undefined): string[] {
  const passed = withoutHeader(forwardedHeaders(request.rawHeaders), 'content-length');
  return [...passed, ...framing(request, body), identityHeader, identityOnWire(identity, callerOn(request.socket))];
}

/**
 * Where the body ends, as this host has read it, whatever the client's headers say of each other (`Connection: content-length` would take it away): what stands behind a body's end is a
 * request of its own there, and is believed who it says that asks.
 */
function framing({ headers }: IncomingMessage, body: Uint8Array | undefined): readonly string[] {
  if (body !== undefined) return ['content-length', String(body.length)];
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  if (coding !== undefined) return ['transfer-encoding', 'chunked'];
  return length === undefined ? [] : ['content-length', length];
}

/** Rejects where there is none. */
function answerTo(asked: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.once('response', resolve).on('error', reject);
  asked.once('close', () => reject(new Error('the connection ended.')));
  return promise;
}

async function passBack(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, forwardedHeaders(answer.rawHeaders));
  // The first byte may come much later.
  response.flushHeaders();
  await pipeline(answer, response);
}

/** Whoever asked has hung up. */
class ClientGoneError extends Error {}
