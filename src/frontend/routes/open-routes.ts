import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../api/errors.ts';
import type { FrontendOptions } from '../context.ts';
import { codeLinkPath } from '../lambda/functions/code-links.ts';
import type { CodeLinks } from '../lambda/functions/code-links.ts';
import { codeCredentialsPath } from '../../model/network.ts';
import { hostCannotBeRebound, isFromInside, isLoopback } from '../http/loopback.ts';

/**
 * What needs no signature: `/readyz`, which says to whoever shares requests out whether this host wants some, and nothing else; `/healthz` and `/metrics`, but only from this machine itself and not from a web page (a
 * Prometheus elsewhere scrapes through something on this machine); code by a link that is its own key; and credentials for code that was told what to ask for them with.
 */
export function mountOpenRoutes(app: FastifyInstance, options: FrontendOptions, codeLinks: CodeLinks): void {
  const { metrics, codeStore, driver, version } = options;
  app.get('/healthz', { onRequest: fromHereOnly }, async () => ({ status: 'ok', driver, version }));
  app.get('/readyz', async (_request, reply) => {
    const drains = (await options.clusterLife?.drainState(''))?.draining === true;
    const status = options.stopping.aborted ? 'stopping' : drains ? 'draining' : 'ready';
    return reply
      .code(status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status });
  });
  app.get('/metrics', { onRequest: fromHereOnly }, async ({ headers }, reply) => {
    const { contentType, text } = await metrics.shown(headers.accept);
    return reply.headers({ 'content-type': contentType, vary: 'accept' }).send(text);
  });
  const { auxiliaries } = options;
  // Keys by which everybody can check who calls.
  if (auxiliaries !== undefined)
    app.get('/heddle/v1/aux/jwks.json', async (_request, reply) =>
      reply.header('cache-control', 'max-age=300').send((await auxiliaries.attestation()).keys),
    );
  app.get(codeCredentialsPath, async ({ raw, headers }, reply) => {
    const found = isFromInside(raw.socket) ? options.codeCredentials?.(headers.authorization ?? '') : undefined;
    if (found === undefined)
      throw new ApiError('AccessDeniedException', 'This is answered to code in functions that have a role only.');
    return reply.header('cache-control', 'no-store').send({
      AccessKeyId: found.accessKeyId,
      SecretAccessKey: found.secretAccessKey,
      Token: found.sessionToken,
      Expiration: new Date(found.goodUntil).toISOString(),
    });
  });
  app.get<{ Params: { name: string }; Querystring: { expires?: string; token?: string } }>(
    codeLinkPath,
    async ({ params, query }, reply) => {
      const sha256 = codeLinks.opened(params.name, String(query.expires), String(query.token));
      if (sha256 === undefined)
        throw new ApiError(
          'AccessDeniedException',
          'This link is not valid, or no longer: get a new one from GetFunction.',
        );
      const { path, bytes } = await codeStore.zipFile(sha256);
      return reply
        .headers({ 'content-type': 'application/zip', 'content-length': bytes, 'cache-control': 'no-store' })
        .send(createReadStream(path));
    },
  );
}

async function fromHereOnly(request: FastifyRequest): Promise<void> {
  if (isLoopback(request.socket.remoteAddress ?? '') && hostCannotBeRebound(request.headers.host)) return;
  throw new ApiError('AccessDeniedException', 'This is answered to this machine itself only.');
}
