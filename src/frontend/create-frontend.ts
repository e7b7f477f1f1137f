import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, errorReply } from '../api/errors.ts';
import { http } from './http/node-http.ts';
import { CodeQuota } from './accounts/stored-code.ts';
import { adminOperations } from './admin/operations.ts';
import { mountAwsApis } from './aws/mount.ts';
import { mountObjects } from './aws/s3/objects-server.ts';
import { serveAuxiliary } from './auxiliary/serve-auxiliary.ts';
import { serveApp } from './dashboard/serve-app.ts';
import { createAuthenticator, type Authenticator } from './auth/authenticator.ts';
import { believingHosts, trustingHosts } from './auth/forwarded.ts';
import { mountOperations, type RouteOptions } from './routes/authenticated-routes.ts';
import type { FrontendOptions } from './context.ts';
import { directInvocations } from './routes/direct-invocations.ts';
import { asApiError } from './routes/error-handling.ts';
import { expecting } from './hints/expecting.ts';
import { housekeeping } from './housekeeping.ts';
import { capacityKeeper } from './lambda/capacity/restore-capacity.ts';
import { CodeLinks } from './lambda/functions/code-links.ts';
import { invoke } from './lambda/invocation/invoke.ts';
import { invokeWithResponseStream } from './lambda/streaming/invoke-with-response-stream.ts';
import { lambdaOperations } from './lambda/operations.ts';
import { Preparation } from './lambda/functions/preparation.ts';
import { StoppingError } from '../model/errors.ts';
import { trustedRequests } from './http/loopback.ts';
import { entrance, type Doors } from './routes/entrance.ts';
import { mountOpenRoutes } from './routes/open-routes.ts';
import { smallBodyBytesMax } from './routes/operation.ts';
import { untilKnowing, whileKnowing } from './routes/while-knowing.ts';
import { shedder } from './overload/shedder.ts';
import { mountSessions } from './threads/websocket.ts';
import { checkArrived, refuseConnection, refuseExpectation } from './http/transport-errors.ts';
import { serveUrls } from './urls/serve-urls.ts';
import { SharedSwitches } from './prediction/shared-switches.ts';
import { urlTarget } from './urls/target.ts';
import { UrlBook } from './urls/url-book.ts';

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

/**
 * The service's HTTP side. Listening is the caller's business; closing it ends connections when their requests are
 * answered. Its `ready` resumes what a service before it left unfinished.
 */
export function createFrontend(options: FrontendOptions): FastifyInstance {
  const { store, settings, clock, logger, workerManager, metrics, sessions, events, objects } = options;
  const app = fastify({
    // fastify's own logging would log URLs, whose queries can be signatures.
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: smallBodyBytesMax,
    schemaController: noSchemas,
    serverFactory: (handler) =>
      http.createServer(
        serverOptions,
        whileKnowing(
          options.readLease,
          entrance(handler, () => doors),
        ),
      ),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => sendError(error, reply.header('x-amzn-requestid', request.id)),
  });
  const sendError = (error: unknown, reply: FastifyReply): void => {
    const answer = errorReply(asApiError(error, 'requested', smallBodyBytesMax, logger));
    void reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
  const preparation = new Preparation(options);
  const codeLinks = new CodeLinks(clock, options.linkKey);
  const stopping = new AbortController();

  takeEveryBodyAsBytes(app);
  const trusted = trustingHosts(trustedRequests(settings.host), options.identityOf);
  const whyNot = refusing(stopping.signal, trusted);
  app.decorateRequest('receivedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = clock.now();
    reply.header('x-amzn-requestid', request.id);
    done(whyNot(request.raw));
  });
  app.addHook('preHandler', async ({ raw }) => checkArrived(raw.socket));
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.server.on('checkExpectation', refuseExpectation);
  app.setNotFoundHandler(unknownOperation);

  const urls = { urls: new UrlBook(store.settings), urlAuthority: () => `localhost:${portOf(app)}` };
  const switches = options.replicated && new SharedSwitches(options);
  const context = { ...options, preparation, codeLinks, codeQuota: new CodeQuota(store), switches, ...urls };
  options.replicated?.(context);
  const mounting = mountedWith(options);
  mountOperations(app, [...lambdaOperations(context), ...adminOperations(context, stopping.signal)], mounting);
  mountAwsApis(app, options, mounting, stopping.signal);
  mountOpenRoutes(app, options, codeLinks);
  mountSessions(app.server, {
    ...options,
    ...mounting,
    settled: () => untilKnowing(options.readLease),
    admit: (request) => {
      const why = whyNot(request);
      if (why !== undefined) throw why;
    },
  });

  metrics.watch(workerManager, options.usage, options.egressTotals, async () =>
    (await import('./metrics/later.ts')).laterText(options),
  );
  const [chores, capacity] = [housekeeping(options), capacityKeeper(options)];
  beginWith(app, [() => preparation.resume(), () => capacity.begin(), () => events.begin()]);
  const answered = closesIdle(app, stopping.signal);
  app.addHook('onResponse', async () => answered());
  const takes = (request: IncomingMessage): boolean => !stopping.signal.aborted && trusted(request);
  const sheds = shedder({ clock, logger, shed: () => metrics.shed() });
  // The plainest of requests, which have nothing in them that would have to be checked by the model.
  const plain = [invoke(context), invokeWithResponseStream(context)].map((one) => expecting(context, one));
  const direct = directInvocations({ ...mounting, clock, answered, operations: plain });
  const serveObjects = mountObjects(app, { frontend: options, objects, stopping: stopping.signal, answered });
  const serveAux = options.auxiliaries && serveAuxiliary({ ...options, auxiliaries: options.auxiliaries, answered });
  const servePage = options.dashboard && serveApp({ ...options.dashboard, ...mounting }, answered);
  const serveUrl = serveUrls({ context, ...mounting, stopping: stopping.signal, answered });
  const doors: Doors = { trusted, takes, sheds, direct, serveUrl, serveAux, serveObjects, servePage };
  app.addHook('preClose', async () => stopAll(stopping, [chores, capacity], [sessions, events]));
  return app;
}

/** Why a request may not come in at all, if so. */
function refusing(
  stopping: AbortSignal,
  trusted: (request: IncomingMessage) => boolean,
): (request: IncomingMessage) => Error | undefined {
  return (request) => {
    if (stopping.aborted) return new StoppingError('The service is stopping.');
    return trusted(request) ? undefined : strangeHost(request.headers.host);
  };
}

function mountedWith(options: FrontendOptions): RouteOptions {
  const { settings, logger, gate, homes } = options;
  return { region: settings.region, logger, gate, homes, authenticator: authenticating(options) };
}

/** Checks signatures, but of what another host of the cluster forwards. */
function authenticating({ store, settings, clock, identityOf }: FrontendOptions): Authenticator {
  return believingHosts(createAuthenticator(store.accounts, settings.region, clock), identityOf);
}

function beginWith(app: FastifyInstance, begins: readonly (() => Promise<void>)[]): void {
  for (const begin of begins) app.addHook('onReady', begin);
}

/** Nothing more is begun: first what goes on by itself, then what is asked for. */
function stopAll(
  stopping: AbortController,
  ownWork: readonly Disposable[],
  others: readonly { readonly stop: () => void }[],
): void {
  for (const one of ownWork) one[Symbol.dispose]();
  stopping.abort();
  for (const one of others) one.stop();
}

/** Connections that become idle only after closing began would keep the server open until their keep-alive ends. */
function closesIdle(app: FastifyInstance, stopping: AbortSignal): () => void {
  return () => {
    if (stopping.aborted) setImmediate(() => app.server.closeIdleConnections());
  };
}

/** Bodies are signed as bytes, so bytes is what we want, whatever type they say they have. */
function takeEveryBodyAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function unknownOperation({ method }: FastifyRequest): never {
  throw new ApiError('UnknownOperationException', `There is no ${method} on this path.`);
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 80;
}

function strangeHost(host: string | undefined): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `This service listens on this machine only, and was called '${(host ?? '').slice(0, 100)}'. Call it localhost or 127.0.0.1.`,
  );
}
