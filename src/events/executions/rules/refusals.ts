import { ApiError } from '../../../api/errors.ts';

/** What is refused of a checkpoint, in AWS's words where AWS has some. */
export function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}

/** Begins as AWS's library expects it to: that ends the invocation then, and not the execution. */
export function invalidToken(): ApiError {
  return invalid('Invalid Checkpoint Token');
}

export function noExecution(): ApiError {
  return new ApiError('ResourceNotFoundException', 'Durable Execution does not exist');
}

export function callbackClosed(): ApiError {
  return new ApiError('CallbackTimeoutException', 'The callback is either timed out or already completed');
}
