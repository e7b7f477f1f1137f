import { limits } from '../model/limits.ts';
import { ApiError } from './errors.ts';
import { parseJson } from './json-input.ts';

/** What a client says of itself, as JSON; undefined for nothing. Throws RequestTooLargeException, InvalidRequestContentException. */
export function readClientContext(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === '') return undefined;
  if (base64.length > limits.clientContextBytesMax)
    throw new ApiError(
      'RequestTooLargeException',
      `The client context has ${base64.length} bytes; at most ${limits.clientContextBytesMax} are allowed.`,
    );
  const bytes = Buffer.from(base64, 'base64');
  try {
    parseJson(bytes);
  } catch (cause) {
    throw new ApiError('InvalidRequestContentException', 'Client context must be a valid Base64-encoded JSON object.', {
      cause,
    });
  }
  return bytes.toString();
}
