import type { FastifyError } from 'fastify';
import type { Logger } from 'pino';
import { ApiError } from '../../api/errors.ts';
import { KeyConflictError } from '../../events/async/keys.ts';
import {
  CannotMoveError,
  CapacityError,
  CodeLateError,
  InstanceLostError,
  NeverFitsError,
  NoSuchInstanceError,
  PausedError,
  StoppingError,
  ThrottledError,
} from '../../model/errors.ts';
import { ClusterUnavailableError } from '../../cluster/contract.ts';
import { ChangedElsewhereError } from '../../store/changes-contract.ts';
import { FunctionExistsError, RevisionMismatchError } from '../../store/contract.ts';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import { FunctionMissingError } from '../../store/settings-contract.ts';
import { ZipRefusedError } from '../../store/zip/refusal.ts';

const storeFull = 'Nothing was accepted: there is no space on the disk of the service to keep it. Try again later.';

/** What a client is told of an error that came out of an operation. Errors that are ours are logged, not told. */
export function asApiError(error: unknown, operation: string, bodyBytesMax: number, logger: Logger): ApiError {
  if (error instanceof ApiError) return error;
  const known = knownError(error);
  if (known !== undefined) return known;
  if (isFastifyError(error)) {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return new ApiError(
        // Only invocations have an error of the model's for it.
        operation.startsWith('Invoke') ? 'RequestTooLargeException' : 'RequestEntityTooLargeException',
        `Request must be smaller than ${bodyBytesMax} bytes for the ${operation} operation`,
        { cause: error },
      );
    if (error.statusCode !== undefined && error.statusCode < 500)
      return new ApiError('InvalidRequestContentException', error.message, { cause: error });
  }
  if (isAbort(error)) logger.debug({ operation }, 'The client left before it had its answer.');
  else logger.error({ err: error, operation }, 'An operation failed.');
  return new ApiError('ServiceException', 'The service failed to do this; its log says more.', { cause: error });
}

function knownError(cause: unknown): ApiError | undefined {
  if (cause instanceof CapacityError)
    return new ApiError('TooManyRequestsException', cause.message, {
      cause,
      retryAfterSeconds: cause.retryAfterSeconds,
      reason: cause instanceof ThrottledError ? cause.reason : 'ConcurrentInvocationLimitExceeded',
    });
  if (cause instanceof StoppingError)
    return new ApiError('ServiceException', cause.message, { cause, status: 503, retryAfterSeconds: 1 });
  if (cause instanceof NeverFitsError) return new ApiError('InvalidParameterValueException', cause.message, { cause });
  if (cause instanceof NoSuchInstanceError) return new ApiError('ResourceNotFoundException', cause.message, { cause });
  if (cause instanceof CannotMoveError) return new ApiError('ResourceConflictException', cause.message, { cause });
  if (cause instanceof PausedError) return new ApiError('ServiceException', cause.message, { cause, status: 503 });
  if (cause instanceof CodeLateError) return new ApiError('ServiceException', cause.message, { cause });
  if (cause instanceof InstanceLostError) return new ApiError('ServiceException', cause.message, { cause });
  if (cause instanceof FunctionExistsError) return new ApiError('ResourceConflictException', cause.message, { cause });
  if (cause instanceof KeyConflictError) return new ApiError('ResourceConflictException', cause.message, { cause });
  // As AWS answers for what is no fault of the caller's: clients try again.
  if (cause instanceof StoreFullError)
    return new ApiError('ServiceException', storeFull, { cause, status: 503, retryAfterSeconds: 5 });
  if (cause instanceof ClusterUnavailableError)
    return new ApiError('ServiceException', cause.message, { cause, status: 503, retryAfterSeconds: 5 });
  if (cause instanceof ChangedElsewhereError)
    return new ApiError('ResourceConflictException', cause.message, { cause });
  if (cause instanceof FunctionMissingError) return new ApiError('ResourceNotFoundException', cause.message, { cause });
  if (cause instanceof RevisionMismatchError)
    return new ApiError(
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      { cause },
    );
  if (cause instanceof ZipRefusedError)
    return new ApiError(
      'InvalidParameterValueException',
      `Could not unzip uploaded file. Please check your file, then try to upload again. ${cause.message}`,
      { cause },
    );
  return undefined;
}

/** What an operation ends with when its `gone` signal fires. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && 'statusCode' in error;
}
