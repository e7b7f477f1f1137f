import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { errorReply } from '../api/errors.ts';
import type { Authenticator, Claimant } from './auth/authenticator.ts';
import type { SignedRequest } from './auth/signature-claim.ts';
import { asApiError } from './error-handling.ts';
import type { ApiReply, ApiRequest, Operation } from './operation.ts';

/** What operations are mounted with. */
export interface RouteOptions {
  readonly authenticator: Authenticator;
  readonly region: string;
  readonly logger: Logger;
}

const nothing = Buffer.alloc(0);
const textBytesMax = 16_384;
const freeBodyBytesMax = 65_536;

/** Mounts operations: each is only run for a request whose signature was checked over its whole body. */
export function mountOperations(app: FastifyInstance, operations: readonly Operation[], options: RouteOptions): void {
  const { authenticator, region, logger } = options;
  const admitted = new WeakMap<FastifyRequest, Claimant>();
  for (const operation of operations)
    app.route({
      method: operation.method,
      url: operation.path,
      bodyLimit: operation.bodyBytesMax,
      exposeHeadRoute: false,
      // Strangers cannot make us read a large body: they are sent away before it. A small one costs less than the detour.
      onRequest: (request, _reply, done) => {
        if (hasSmallBody(request)) return done();
        authenticator.admit(signed(request)).then((claimant) => {
          admitted.set(request, claimant);
          done();
        }, done);
      },
      handler: async (request, reply) => {
        const sent = signed(request);
        const claimant = admitted.get(request) ?? (await authenticator.admit(sent));
        const body = Buffer.isBuffer(request.body) ? request.body : nothing;
        const verifying = authenticator.verify(sent, claimant, body);
        if (verifying !== undefined) await verifying;
        return send(reply, await operation.run(apiRequest(request, sent, reply, body, claimant.key.account, region)));
      },
      errorHandler: (error, _request, reply) => {
        const answer = errorReply(asApiError(error, operation.name, operation.bodyBytesMax, logger));
        void reply.code(answer.status).headers(answer.headers).send(answer.body);
      },
    });
}

function hasSmallBody({ headers }: FastifyRequest): boolean {
  if (headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= freeBodyBytesMax;
}

function send(reply: FastifyReply, answer: ApiReply): FastifyReply {
  const { status, headers, body } = answer;
  if (body instanceof Uint8Array) return sendBytes(reply, answer, body);
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (body === undefined) return reply.send();
  if (!(Symbol.asyncIterator in body)) return reply.send(body);
  void reply.send(Readable.from(body));
  // The first line of a stream may come much later; that there is a stream, the client is told now.
  reply.raw.flushHeaders();
  return reply;
}

/** Answers of functions, past fastify: it has nothing to add to them, and this is on the path of every invocation. */
function sendBytes(reply: FastifyReply, { status, headers }: ApiReply, bytes: Uint8Array): FastifyReply {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  reply.hijack();
  const id = reply.request.id;
  reply.raw.writeHead(status, { 'x-amzn-requestid': id, 'content-length': buffer.length, ...headers });
  // As text, head and body leave in one piece, which saves several microseconds. Only if it is text, every byte of it.
  reply.raw.end(buffer.length <= textBytesMax && isUtf8(buffer) ? buffer.toString() : buffer);
  return reply;
}

function signed(request: FastifyRequest): SignedRequest {
  const { url, method } = request;
  const at = url.indexOf('?');
  return {
    method,
    path: at === -1 ? url : url.slice(0, at),
    query: at === -1 ? noQuery : queryOf(request),
    headers: request.headers,
  };
}

const noQuery: Readonly<Record<string, string>> = {};

function queryOf(request: FastifyRequest): Readonly<Record<string, string | readonly string[]>> {
  const query: unknown = request.query;
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}

function apiRequest(
  request: FastifyRequest,
  sent: SignedRequest,
  reply: FastifyReply,
  body: Buffer,
  account: string,
  region: string,
): ApiRequest {
  const { query } = sent;
  const queryAll = (name: string): readonly string[] => {
    const value = query[name];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  };
  return {
    scope: { account, region },
    requestId: request.id,
    receivedAt: request.receivedAt,
    body,
    origin: `http://${request.headers.host ?? 'localhost'}`,
    parameter: (name) => parameterOf(request, name),
    query: (name) => queryAll(name)[0],
    queryAll,
    header: (name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    gone: () => goneSignal(reply),
  };
}

function parameterOf(request: FastifyRequest, name: string): string {
  const { params } = request;
  const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  if (typeof value !== 'string') throw new Error(`The route has no parameter ${name}.`);
  return value;
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
