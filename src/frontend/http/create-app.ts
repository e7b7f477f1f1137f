import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiError, errorReply } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import { asApiError } from '../routes/error-handling.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import { urlTarget } from '../urls/target.ts';
import { type Knowing, whileKnowing } from '../routes/while-knowing.ts';
import type { Admission } from './admission.ts';
import { http } from './node-http.ts';
import { checkArrived, refuseConnection, refuseExpectation } from './transport-errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request's headers had arrived, on the service's clock: the start of the promise. */
    receivedAt: number;
  }
}

/** How long a client has to send a whole request, and headers. An invocation may take much longer to be answered. */
const requestMsMax = 300_000;
const headersMsMax = 30_000;
/** Longer than clients keep idle connections, so that it is never us who closes one just when it is used again. */
const keepAliveMs = 120_000;
const serverOptions = {
  requestTimeout: requestMsMax,
  headersTimeout: headersMsMax,
  keepAliveTimeout: keepAliveMs,
  maxHeaderSize: 32_768,
  // A request without a Host header is refused by us, with a reason.
  requireHostHeader: false,
  // Functions have no WebSockets at their URLs, as on AWS: who asks for one is answered as any other.
  shouldUpgradeCallback: ({ headers, url = '' }: IncomingMessage) => urlTarget(headers.host, url) === undefined,
};

/** No route here has a schema. Without this, fastify loads the compilers of two libraries for them: a hundred modules. */
const noSchemas = {
  compilersFactory: {
    buildValidator: (): never => assert.fail('No route has a schema to check requests by.'),
    buildSerializer: (): never => assert.fail('No route has a schema to write answers by.'),
  },
};

/** What requests are read and refused with. */
export interface AppOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly admission: Admission;
  /** Serves a request without fastify; gives false, having done nothing, for one that it does not serve. */
  readonly servedRaw: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Absent where there is one host only. */
  readonly readLease: Knowing | undefined;
}

/** An HTTP server without routes: how requests arrive, which are taken, and how errors are answered. */
export function createApp({ clock, logger, admission, servedRaw, readLease }: AppOptions): FastifyInstance {
  const sendError = (error: unknown, reply: FastifyReply): void => {
    const answer = errorReply(asApiError(error, 'requested', smallBodyBytesMax, logger));
    void reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
  const app = fastify({
    // fastify's own logging would log URLs, whose queries can be signatures.
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: smallBodyBytesMax,
    schemaController: noSchemas,
    serverFactory: (handler) =>
      http.createServer(
        serverOptions,
        whileKnowing(readLease, (request, response) => {
          if (!servedRaw(request, response)) handler(request, response);
        }),
      ),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    // To resume what a service before it left unfinished takes as long as it takes: given up after ten seconds, it would never start again.
    pluginTimeout: 0,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => sendError(error, reply.header('x-amzn-requestid', request.id)),
  });
  takeEveryBodyAsBytes(app);
  app.decorateRequest('receivedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = clock.now();
    reply.header('x-amzn-requestid', request.id);
    done(admission.refusal(request.raw));
  });
  app.addHook('preHandler', async ({ raw }) => checkArrived(raw.socket));
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.server.on('checkExpectation', refuseExpectation);
  app.setNotFoundHandler(unknownOperation);
  return app;
}

/** Bodies are signed as bytes, so bytes is what we want, whatever type they say they have. */
function takeEveryBodyAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function unknownOperation({ method }: FastifyRequest): never {
  throw new ApiError('UnknownOperationException', `There is no ${method} on this path.`);
}
