import type { FastifyInstance } from 'fastify';
import { CodeQuota } from './accounts/stored-code.ts';
import { adminOperations } from './admin/operations.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { believingHosts } from './auth/forwarded.ts';
import { serveAuxiliary } from './auxiliary/serve-auxiliary.ts';
import { mountAwsApis } from './aws/mount.ts';
import { mountObjects } from './aws/s3/objects-server.ts';
import type { FrontendOptions } from './context.ts';
import { serveApp } from './dashboard/serve-app.ts';
import { expecting } from './hints/expecting.ts';
import { housekeeping } from './housekeeping.ts';
import { type Admission, admissionOf } from './http/admission.ts';
import { createApp } from './http/create-app.ts';
import { capacityKeeper } from './lambda/capacity/restore-capacity.ts';
import { CodeLinks } from './lambda/functions/code-links.ts';
import type { LambdaContext } from './lambda/context.ts';
import { Preparation } from './lambda/functions/preparation.ts';
import { invoke } from './lambda/invocation/invoke.ts';
import { lambdaOperations } from './lambda/operations.ts';
import { invokeWithResponseStream } from './lambda/streaming/invoke-with-response-stream.ts';
import { shedder } from './overload/shedder.ts';
import { SharedSwitches } from './prediction/shared-switches.ts';
import { mountOperations, type RouteOptions } from './routes/authenticated-routes.ts';
import { directInvocations } from './routes/direct-invocations.ts';
import { mountOpenRoutes } from './routes/open-routes.ts';
import { type RawHandlers, servedRaw } from './routes/raw-requests.ts';
import { untilKnowing } from './routes/while-knowing.ts';
import { mountSessions } from './threads/websocket.ts';
import { serveUrls } from './urls/serve-urls.ts';
import { UrlBook } from './urls/url-book.ts';

/**
 * The service's HTTP side. Listening is the caller's business; closing it ends connections when their requests are
 * answered. Its `ready` resumes what a service before it left unfinished.
 */
export function createFrontend(options: FrontendOptions): FastifyInstance {
  const { settings, clock, logger, identityOf, readLease } = options;
  const stopping = new AbortController();
  const admission = admissionOf(settings.host, identityOf, stopping.signal);
  const app = createApp({
    clock,
    logger,
    admission,
    readLease,
    servedRaw: (request, response) => servedRaw(handlers, admission, request, response),
  });
  const context = contextOf(options, app);
  options.replicated?.(context);
  const mounting = mountedWith(options);
  mountRoutes(app, context, mounting, admission);
  const ended = beginWith(app, context);
  const answered = closesIdle(app, stopping.signal);
  app.addHook('onResponse', async () => answered());
  const handlers = rawHandlers(app, context, { ...mounting, stopping: stopping.signal, answered });
  app.addHook('preClose', async () => {
    // Nothing more is begun: first what goes on by itself, then what is asked for.
    for (const one of ended) one[Symbol.dispose]();
    stopping.abort();
    for (const one of [options.sessions, options.events]) one.stop();
  });
  return app;
}

/** What operations share. */
interface Context extends LambdaContext {
  /** Absent where there is one host only. */
  readonly switches: SharedSwitches | undefined;
}

/** What requests are checked with, everywhere. */
function mountedWith(options: FrontendOptions): RouteOptions {
  const { store, settings, clock, logger, gate, homes, identityOf } = options;
  // Signatures are checked, but of what another host of the cluster forwards.
  const authenticator = believingHosts(createAuthenticator(store.accounts, settings.region, clock), identityOf);
  return { region: settings.region, logger, gate, homes, authenticator };
}

function contextOf(options: FrontendOptions, app: FastifyInstance): Context {
  const { store, clock } = options;
  return {
    ...options,
    preparation: new Preparation(options),
    codeLinks: new CodeLinks(clock, options.linkKey),
    codeQuota: new CodeQuota(store),
    switches: options.replicated && new SharedSwitches(options),
    urls: new UrlBook(store.settings),
    urlAuthority: () => `localhost:${portOf(app)}`,
  };
}

/** What fastify leads to whoever answers it. */
function mountRoutes(app: FastifyInstance, context: Context, mounting: RouteOptions, admission: Admission): void {
  const { stopping, refusal } = admission;
  mountOperations(app, [...lambdaOperations(context), ...adminOperations(context, stopping)], mounting);
  mountAwsApis(app, context, mounting, stopping);
  mountOpenRoutes(app, context, context.codeLinks);
  mountSessions(app.server, {
    ...context,
    ...mounting,
    settled: () => untilKnowing(context.readLease),
    admit: (request) => {
      const refused = refusal(request);
      if (refused !== undefined) throw refused;
    },
  });
}

/** What goes on without a request, from when `app` is ready; gives what ends it. */
function beginWith(app: FastifyInstance, context: Context): readonly Disposable[] {
  const { metrics, workerManager, usage, egressTotals, preparation, events } = context;
  metrics.watch(workerManager, usage, egressTotals, async () =>
    (await import('./metrics/later.ts')).laterText(context),
  );
  const [chores, capacity] = [housekeeping(context), capacityKeeper(context)];
  for (const begin of [() => preparation.resume(), () => capacity.begin(), () => events.begin()])
    app.addHook('onReady', begin);
  return [chores, capacity];
}

/** What is served without fastify. `answered` is called when an answer has left. */
function rawHandlers(
  app: FastifyInstance,
  context: Context,
  serving: RouteOptions & { readonly stopping: AbortSignal; readonly answered: () => void },
): RawHandlers {
  const { clock, logger, metrics, objects, auxiliaries, dashboard } = context;
  const { stopping, answered } = serving;
  // The plainest of requests, which have nothing in them that would have to be checked by the model.
  const operations = [invoke(context), invokeWithResponseStream(context)].map((one) => expecting(context, one));
  return {
    sheds: shedder({ clock, logger, shed: () => metrics.shed() }),
    functionUrl: serveUrls({ context, ...serving }),
    objects: mountObjects(app, { frontend: context, objects, stopping, answered }),
    auxiliary: auxiliaries && serveAuxiliary({ ...context, auxiliaries, answered }),
    page: dashboard && serveApp({ ...dashboard, ...serving }, answered),
    invocation: directInvocations({ ...serving, clock, operations }),
  };
}

/** Connections that become idle only after closing began would keep the server open until their keep-alive ends. */
function closesIdle(app: FastifyInstance, stopping: AbortSignal): () => void {
  return () => {
    if (stopping.aborted) setImmediate(() => app.server.closeIdleConnections());
  };
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 80;
}
