import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError, errorReply } from '../api/errors.ts';
import { http } from './node-http.ts';
import { adminOperations } from './admin/operations.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { mountOperations } from './authenticated-routes.ts';
import type { FrontendOptions } from './context.ts';
import { directInvocations } from './direct-invocations.ts';
import { asApiError } from './error-handling.ts';
import { housekeeping } from './housekeeping.ts';
import { CodeLinks } from './lambda/functions/code-links.ts';
import { EventQueue } from './lambda/invocation/event-queue.ts';
import { invoke } from './lambda/invocation/invoke.ts';
import { lambdaOperations } from './lambda/operations.ts';
import { Preparation } from './lambda/functions/preparation.ts';
import { StoppingError } from '../model/errors.ts';
import { hostCannotBeRebound, isLoopback, rememberingLast } from './loopback.ts';
import { mountOpenRoutes } from './open-routes.ts';
import { smallBodyBytesMax } from './operation.ts';
import { shedder } from './shedder.ts';
import { mountSessions } from './threads/websocket.ts';
import { refuseConnection, refuseExpectation } from './transport-errors.ts';

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
};

/** No route here has a schema. Without this, fastify loads the compilers of two libraries for them: a hundred modules. */
const noSchemas = {
  compilersFactory: {
    buildValidator: (): never => assert.fail('No route has a schema to check requests by.'),
    buildSerializer: (): never => assert.fail('No route has a schema to write answers by.'),
  },
};

/**
 * The service's HTTP side. Listening is the caller's business; closing it ends connections when their requests are
 * answered. Its `ready` resumes what a service before it left unfinished.
 */
export function createFrontend(options: FrontendOptions): FastifyInstance {
  const { store, settings, clock, logger, workerManager, metrics } = options;
  const app = fastify({
    // fastify's own logging would log URLs, whose queries can be signatures.
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: smallBodyBytesMax,
    schemaController: noSchemas,
    serverFactory: (handler) =>
      http.createServer(serverOptions, (request, response) => {
        if (takes(request.headers.host) && (sheds(request, response) || direct(request, response))) return;
        handler(request, response);
      }),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => {
      reply.header('x-amzn-requestid', request.id);
      sendError(error, reply);
    },
  });
  const sendError = (error: unknown, reply: FastifyReply): void => {
    const answer = errorReply(asApiError(error, 'requested', smallBodyBytesMax, logger));
    void reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
  const preparation = new Preparation({ ...options, functions: store.functions });
  const events = new EventQueue(workerManager, clock, logger);
  const codeLinks = new CodeLinks(clock);
  const stopping = new AbortController();

  takeEveryBodyAsBytes(app);
  const trusted = isLoopback(settings.host) ? rememberingLast(hostCannotBeRebound) : () => true;
  app.decorateRequest('receivedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = clock.now();
    reply.header('x-amzn-requestid', request.id);
    if (stopping.signal.aborted) return done(new StoppingError('The service is stopping.'));
    done(trusted(request.headers.host) ? undefined : strangeHost(request.headers.host));
  });
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.server.on('checkExpectation', refuseExpectation);
  app.setNotFoundHandler((request) => {
    throw new ApiError('UnknownOperationException', `There is no ${request.method} on this path.`);
  });

  const authenticator = createAuthenticator(store.accounts, settings.region, clock);
  const context = { ...options, preparation, events, codeLinks };
  const operations = [...lambdaOperations(context), ...adminOperations(options, stopping.signal)];
  const mounting = { authenticator, region: settings.region, logger };
  mountOperations(app, operations, mounting);
  mountOpenRoutes(app, options, codeLinks);
  const { sessions } = options;
  mountSessions(app.server, {
    sessions,
    authenticator,
    logger,
    admit: ({ headers }) => {
      if (stopping.signal.aborted) throw new StoppingError('The service is stopping.');
      if (!trusted(headers.host)) throw strangeHost(headers.host);
    },
  });

  metrics.watch(() => workerManager.snapshot());
  const chores = housekeeping(options);
  app.addHook('onReady', () => preparation.resume());
  // Connections that become idle only after closing began would keep the server open until their keep-alive ends.
  const answered = (): void => {
    if (stopping.signal.aborted) setImmediate(() => app.server.closeIdleConnections());
  };
  app.addHook('onResponse', async () => answered());
  const takes = (host: string | undefined): boolean => !stopping.signal.aborted && trusted(host);
  const sheds = shedder({ clock, logger, shed: () => metrics.shed() });
  const direct = directInvocations({ ...mounting, clock, answered, invoke: invoke(context) });
  app.addHook('preClose', async () => {
    chores[Symbol.dispose]();
    stopping.abort();
    sessions.stop();
    const lost = events.stop();
    if (lost > 0) logger.warn({ lost }, 'Events that were accepted and waited are lost, because the service stops.');
  });
  return app;
}

/** Bodies are signed as bytes, so bytes is what we want, whatever type they say they have. */
function takeEveryBodyAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function strangeHost(host: string | undefined): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `This service listens on this machine only, and was called '${(host ?? '').slice(0, 100)}'. Call it localhost or 127.0.0.1.`,
  );
}
