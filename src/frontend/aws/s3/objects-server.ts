import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { once } from '../../routes/loaded-later.ts';
import type { S3Options } from './context.ts';

/** Answers requests to object storage. */
export type ObjectsServer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The way to object storage, past `app` and with its life. Its code is loaded when it is asked for something first, or at the start where something is kept:
 * then it goes on with what a service before this one left.
 */
export function mountObjects(app: FastifyInstance, options: S3Options): ObjectsServer {
  const { frontend, objects } = options;
  const opened = once(async () => (await import('./serve-s3.ts')).openS3(options));
  app.addHook('onReady', async () => {
    if ((await objects.inUse()) !== undefined) await opened();
  });
  app.addHook('onClose', () => objects.close());
  return (request, response) => {
    const receivedAt = frontend.clock.now();
    opened().then(
      (serveS3) => void serveS3(request, response, receivedAt),
      (err: unknown) => {
        frontend.logger.error({ err }, 'Object storage could not be opened.');
        response.writeHead(503, { connection: 'close' }).end();
      },
    );
  };
}
