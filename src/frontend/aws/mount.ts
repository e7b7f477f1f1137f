import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../api/errors.ts';
import type { Claimant } from '../auth/authenticator.ts';
import { mountOperations, type RouteOptions } from '../routes/authenticated-routes.ts';
import { authorise } from '../policies/authorise.ts';
import type { FrontendOptions } from '../context.ts';
import { callerOn } from '../../model/invocations/caller.ts';
import { connectionGone } from '../http/connection-gone.ts';
import { swallowBody } from '../http/swallow-body.ts';
import { asApiError } from '../routes/error-handling.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import { sendReply, signedRequestOf } from '../routes/routed-request.ts';
import type { AwsApi } from './aws-api.ts';
import { schedulerOperations } from './scheduler/operations.ts';
import { apis } from './which-api.ts';

const nothing = Buffer.alloc(0);
/** A batch of messages, 1 MiB of them, with every byte of it written as three. */
const bodyBytesMax = 4_194_304;

/**
 * Mounts AWS's other APIs than Lambda's: STS, what of CloudWatch Logs reads, SQS, and EventBridge Scheduler, which has paths of
 * its own. `stopping` fires when the service does.
 */
export function mountAwsApis(
  app: FastifyInstance,
  options: FrontendOptions,
  mounting: RouteOptions,
  stopping: AbortSignal,
): void {
  mountOperations(app, schedulerOperations(options), mounting, 'scheduler');
  const apiOf = apis(options, stopping);
  const admitted = new WeakMap<FastifyRequest, Claimant>();
  for (const url of ['/', '/:account(^\\d{12}$)/:queue'])
    app.route({
      method: ['GET', 'POST'],
      url,
      bodyLimit: bodyBytesMax,
      exposeHeadRoute: false,
      // Strangers cannot make us read much.
      onRequest: (request, _reply, done) => {
        if (hasSmallBody(request)) return done();
        const api = apiOf(request);
        if (api.service !== 'sqs') return done(tooLarge());
        mounting.authenticator.admit(signedRequestOf(request), api.service).then((claimant) => {
          admitted.set(request, claimant);
          done();
        }, done);
      },
      handler: (request, reply) => answer(apiOf(request), request, reply, mounting, admitted.get(request)),
      errorHandler: (error, request, reply) => {
        const known = asApiError(error, 'requested', bodyBytesMax, mounting.logger);
        const tell = (): unknown => sendReply(reply, apiOf(request).refusal(known, request.id));
        // Whoever may send something is told what was wrong with it; others are not listened to any longer.
        if (!request.raw.complete && admitted.has(request)) void swallowBody(request.raw).then(tell);
        else {
          if (!request.raw.complete) reply.raw.shouldKeepAlive = false;
          tell();
        }
      },
    });
}

async function answer(
  api: AwsApi,
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticator, gate, region, homes }: RouteOptions,
  known: Claimant | undefined,
): Promise<FastifyReply> {
  const sent = signedRequestOf(request);
  const { headers, query, path } = sent;
  const body = Buffer.isBuffer(request.body) ? request.body : nothing;
  const operation = api.operation({ headers, query, path, body });
  if (request.method === 'GET' && operation === '')
    throw new ApiError('UnknownOperationException', `There is no ${request.method} on this path.`);
  if (api.runUnsigned !== undefined && api.unsigned?.has(operation) === true)
    return sendReply(reply, await api.runUnsigned(operation, { headers, query, path, body }, request.id));
  const claimant = known ?? (await authenticator.admit(sent, api.service));
  await authenticator.verify(sent, claimant, body);
  const { key } = claimant;
  // Who it is, code that runs may know, and it may use queues; what others print, it may not.
  if (key.sessionToken !== undefined && api.asks?.(operation) !== true)
    authorise(key, { action: `${api.service}:${operation.slice(0, 64)}`, ofCode: false });
  const gone = (): AbortSignal => connectionGone(request.raw.socket);
  const from = { key, caller: callerOn(request.raw.socket) };
  const call = { headers, query, path, body, ...from, region, requestId: request.id, gone };
  const home = homes === undefined ? undefined : api.home?.(call);
  const checked = { request: request.raw, response: reply.raw, key, body };
  if (home !== undefined && (await homes?.answeredElsewhere(home, checked)) === true) return reply.hijack();
  await gate.request(key.account);
  const run = async (): ReturnType<AwsApi['run']> => await api.run(operation, call);
  return sendReply(reply, await (home === undefined || homes === undefined ? run() : homes.whileHeld(home, run)));
}

function tooLarge(): ApiError {
  return new ApiError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${smallBodyBytesMax} bytes for the requested operation`,
  );
}

function hasSmallBody({ headers }: FastifyRequest): boolean {
  if (headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= smallBodyBytesMax;
}
