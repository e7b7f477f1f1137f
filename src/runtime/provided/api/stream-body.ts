import type { IncomingMessage } from 'node:http';
import type { AnswerOut } from '../../node/streams/answer-out.ts';

/** How a streamed answer ended. */
export type StreamEnd =
  | { readonly kind: 'whole'; readonly trailers: NodeJS.Dict<string> }
  | { readonly kind: 'too-large' }
  /** Its connection ended before it did. */
  | { readonly kind: 'truncated' };

/**
 * Passes the body of a request on as it comes, and reads it only as fast as that goes. Of one that is too large the rest is read and dropped, so
 * that its sender gets to read the answer; of one that nobody takes any more (`dropped`) too.
 */
export function streamBody(request: IncomingMessage, out: AnswerOut, dropped: Promise<void>): Promise<StreamEnd> {
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  return new Promise((resolve) => {
    let passesOn = true;
    const giveUp = (): void => {
      passesOn = false;
      request.resume();
    };
    void dropped.then(giveUp);
    request.on('data', (chunk: Buffer) => {
      if (!passesOn) return;
      request.pause();
      out.write(chunk, contentType, (error) => {
        if (error === undefined) return request.resume();
        giveUp();
        resolve({ kind: 'too-large' });
        return undefined;
      });
    });
    // Node ends a chunked body that broke off, too.
    request.on('end', () =>
      resolve(request.complete ? { kind: 'whole', trailers: request.trailers } : { kind: 'truncated' }),
    );
    request.on('error', () => resolve({ kind: 'truncated' }));
    request.on('close', () => resolve({ kind: 'truncated' }));
  });
}
