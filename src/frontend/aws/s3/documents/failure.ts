import type { Logger } from 'pino';
import { ApiError } from '../../../../api/errors.ts';
import { CapacityError, StoppingError } from '../../../../model/errors.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { element } from './xml.ts';

/** Names of refusals that come from parts which other APIs share, as S3 has them. */
const renamed: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  IncompleteSignatureException: 'AuthorizationHeaderMalformed',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  UnrecognizedClientException: 'InvalidAccessKeyId',
};

/** What a client is told of an error. Errors that are ours are logged, not told. */
export function asObjectError(error: unknown, logger: Logger): ObjectError {
  if (error instanceof ObjectError) return error;
  if (error instanceof ApiError) {
    const { name, message, status } = error;
    if (/^Signature (?:expired|not yet)/.test(message))
      return new ObjectError({ code: 'RequestTimeTooSkewed', status: 403 }, message, error);
    return new ObjectError({ code: renamed[name] ?? name, status }, message, error);
  }
  if (error instanceof CapacityError) return new ObjectError('SlowDown', error.message, error);
  if (error instanceof StoppingError) return new ObjectError('ServiceUnavailable', error.message, error);
  if (isGone(error)) return new ObjectError('IncompleteBody', 'The connection ended before the body did.', error);
  logger.error({ err: error }, 'A request for an object failed.');
  return new ObjectError('InternalError', 'We encountered an internal error; the log of the service says more.', error);
}

/** The document that says so. */
export function errorDocument({ code, message }: ObjectError, resource: string, requestId: string): string {
  const parts = [
    element('Code', code),
    element('Message', message),
    element('Resource', resource),
    element('RequestId', requestId),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${parts.join('')}</Error>`;
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNRESET' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ABORT_ERR' ||
    code === 'ERR_STREAM_DESTROYED'
  );
}
