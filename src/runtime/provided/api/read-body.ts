import type { IncomingMessage } from 'node:http';

/** The body of a request, or why it is none. */
export type Body =
  | { readonly kind: 'whole'; readonly data: Buffer; readonly trailers: NodeJS.Dict<string> }
  | { readonly kind: 'too-large' }
  /** Its connection ended before it did. */
  | { readonly kind: 'truncated' };

/**
 * Reads a body of at most `bytesMax`. Of a larger one the rest is read and dropped, so that its sender gets to read the answer: for
 * as long as it likes, as that costs the container's own time only.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) return chunks.push(chunk);
      chunks.length = 0;
      resolve({ kind: 'too-large' });
      return undefined;
    });
    request.on('end', () => {
      // Node ends a chunked body that broke off, too.
      if (!request.complete) return resolve({ kind: 'truncated' });
      resolve({ kind: 'whole', data: Buffer.concat(chunks), trailers: request.trailers });
    });
    request.on('error', () => resolve({ kind: 'truncated' }));
    request.on('close', () => resolve({ kind: 'truncated' }));
  });
}
