import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { errorReply } from '../api/errors.ts';
import type { Authenticator, Claimant } from './auth/authenticator.ts';
import type { SignedRequest } from './auth/signature-claim.ts';
import { AuthenticatedRequest } from './authenticated-request.ts';
import { asApiError } from './error-handling.ts';
import type { ApiReply, Operation } from './operation.ts';
import { sendBytes } from './send-bytes.ts';

/** What operations are mounted with. */
export interface RouteOptions {
  readonly authenticator: Authenticator;
  readonly region: string;
  readonly logger: Logger;
}

const nothing = Buffer.alloc(0);
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
        const scope = { account: claimant.key.account, region };
        const { id: requestId, receivedAt, params: parameters } = request;
        const facts = { scope, requestId, receivedAt, body, parameters, socket: request.raw.socket };
        return send(reply, await operation.run(new AuthenticatedRequest(sent, facts)));
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
  if (body instanceof Uint8Array) {
    // Past fastify, which has nothing to add to them.
    reply.hijack();
    sendBytes(reply.raw, reply.request.id, answer, body);
    return reply;
  }
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (body === undefined) return reply.send();
  if (!(Symbol.asyncIterator in body)) return reply.send(body);
  void reply.send(Readable.from(body));
  // The first line of a stream may come much later; that there is a stream, the client is told now.
  reply.raw.flushHeaders();
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
