import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { errorReply } from '../../api/errors.ts';
import type { AccountGate } from '../accounts/account-gate.ts';
import type { Authenticator, Claimant } from '../auth/authenticator.ts';
import type { SignedService } from '../auth/claim-rules.ts';
import { authoriseOperation } from '../policies/deeds/of-operations.ts';
import { AuthenticatedRequest } from './authenticated-request.ts';
import { asApiError } from './error-handling.ts';
import type { RequestHomes } from './request-homes.ts';
import type { Operation } from './operation.ts';
import { sendReply, signedRequestOf } from './routed-request.ts';
import { swallowBody } from '../http/swallow-body.ts';

/** What operations are mounted with. */
export interface RouteOptions {
  readonly authenticator: Authenticator;
  readonly region: string;
  readonly logger: Logger;
  /** Asked about every request but invocations, which the worker manager has asked about. */
  readonly gate: AccountGate;
  readonly homes?: RequestHomes | undefined;
}

const nothing = Buffer.alloc(0);
const freeBodyBytesMax = 65_536;

/** Mounts operations: each is only run for a request whose signature was checked over its whole body. */
export function mountOperations(
  app: FastifyInstance,
  operations: readonly Operation[],
  options: RouteOptions,
  service: SignedService = 'lambda',
): void {
  const { authenticator, region, logger, gate, homes } = options;
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
        authenticator.admit(signedRequestOf(request), service).then((claimant) => {
          admitted.set(request, claimant);
          done();
        }, done);
      },
      handler: async (request, reply) => {
        const sent = signedRequestOf(request);
        const claimant = admitted.get(request) ?? (await authenticator.admit(sent, service));
        const body = Buffer.isBuffer(request.body) ? request.body : nothing;
        const verifying = authenticator.verify(sent, claimant, body);
        if (verifying !== undefined) await verifying;
        const scope = { account: claimant.key.account, region };
        if (claimant.key.sessionToken !== undefined)
          authoriseOperation(claimant.key, {
            operation,
            service,
            parameters: parametersOf(request.params),
            query: sent.query,
            body,
            scope,
            headers: sent.headers,
          });
        const { id: requestId, receivedAt, params: parameters } = request;
        const { socket } = request.raw;
        const facts = { scope, requestId, receivedAt, body, parameters, socket, keyEnded: claimant.key.ended };
        const asked = new AuthenticatedRequest(sent, facts);
        const home = homes === undefined ? undefined : await operation.home?.(asked);
        const checked = { request: request.raw, response: reply.raw, key: claimant.key, body };
        if (home !== undefined && (await homes?.answeredElsewhere(home, checked)) === true) return reply.hijack();
        const letIn = operation.name.startsWith('Invoke') ? undefined : gate.request(claimant.key.account);
        if (letIn !== undefined) await letIn;
        return sendReply(reply, await operation.run(asked));
      },
      errorHandler: (error, request, reply) => {
        const answer = errorReply(asApiError(error, operation.name, operation.bodyBytesMax, logger));
        const tell = (): unknown => reply.code(answer.status).headers(answer.headers).send(answer.body);
        // Whoever may send something is told what was wrong with it.
        if (admitted.has(request) && !request.raw.complete) void swallowBody(request.raw).then(tell);
        else tell();
      },
    });
}

function parametersOf(parameters: unknown): Readonly<Record<string, string>> {
  const entries = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function hasSmallBody({ headers }: FastifyRequest): boolean {
  if (headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= freeBodyBytesMax;
}
