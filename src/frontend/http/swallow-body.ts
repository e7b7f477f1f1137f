import type { IncomingMessage } from 'node:http';

/** Clients send all of their body before they read an answer: one that closes the connection meanwhile, they never see. */
const swallowedBytesMax = 67_108_864; // 64 MiB
const swallowMsMax = 10_000;

/**
 * Resolves when what is left of a body that nobody wants has come in and was thrown away, or will not be waited for: after 64 MiB, ten
 * seconds, or the client. Never rejects.
 */
export function swallowBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', done).off('close', done).off('error', done);
      resolve();
    };
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > swallowedBytesMax) done();
    };
    const timer = setTimeout(done, swallowMsMax);
    request.on('data', count).on('end', done).on('close', done).on('error', done);
    request.resume();
  });
}
