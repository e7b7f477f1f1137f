import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../api/errors.ts';
import { limits } from '../../model/limits.ts';

const nothing = Buffer.alloc(0);

/** The whole body of a request. Rejects with RequestTooLargeException, before reading any of it where its length is said. */
export function readBody(request: IncomingMessage): Buffer | Promise<Buffer> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && Number(length ?? 0) === 0) {
    request.resume();
    return nothing;
  }
  if (Number(length ?? 0) > limits.payloadBytesMax) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= limits.payloadBytesMax) parts.push(part);
      else {
        request.removeAllListeners('data').pause();
        reject(tooLarge());
      }
    });
    request.once('end', () => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    request.once('error', reject);
  });
}

/** In AWS's words for it, whatever asked. */
export function tooLarge(): ApiError {
  return new ApiError(
    'RequestTooLargeException',
    `Request must be smaller than ${limits.payloadBytesMax} bytes for the InvokeFunction operation`,
  );
}
