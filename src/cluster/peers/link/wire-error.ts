import { ApiError, errorStatus, type ApiErrorName } from '../../../api/errors.ts';
import * as errors from '../../../model/errors.ts';
import { CodeMissingError, FunctionExistsError, RevisionMismatchError } from '../../../store/contract.ts';
import { ClusterUnavailableError, LogConflictError, LogTrimmedError } from '../../contract.ts';
import { peerLimits } from '../peer-limits.ts';
import { fieldsOf } from '../../fields.ts';

/** An error on its way to another host. */
export interface WireError {
  /** Its class where that is known everywhere, else its name. */
  readonly name: string;
  readonly message: string;
  /** Node's, or the system's. */
  readonly code?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number | undefined;
  readonly reason?: string | undefined;
}

/** Classes whose errors come out as their own, by what they are called on the way; all of one message. */
const plain: Readonly<Record<string, new (message: string) => Error>> = {
  NeverFitsError: errors.NeverFitsError,
  InstanceLostError: errors.InstanceLostError,
  ContainerLostError: errors.ContainerLostError,
  CannotMoveError: errors.CannotMoveError,
  PausedError: errors.PausedError,
  NoSuchInstanceError: errors.NoSuchInstanceError,
  CancelledError: errors.CancelledError,
  StoppingError: errors.StoppingError,
  CodeLateError: errors.CodeLateError,
  CodeMissingError,
  FunctionExistsError,
  RevisionMismatchError,
  ClusterUnavailableError,
  LogConflictError,
  LogTrimmedError,
  RangeError,
  TypeError,
};

/** What of an error goes to another host: no stack, and no cause. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: cut(String(error)) };
  const message = cut(error.message);
  if (error instanceof ApiError) {
    const { retryAfterSeconds, reason } = error.details;
    // What is undefined is not sent.
    return { name: error.name, message, status: error.status, retryAfterSeconds, reason };
  }
  if (error instanceof errors.CapacityError) {
    const { retryAfterSeconds } = error;
    if (error instanceof errors.ThrottledError)
      return { name: 'ThrottledError', message, retryAfterSeconds, reason: error.reason };
    return { name: error instanceof errors.NoRoomError ? 'NoRoomError' : 'CapacityError', message, retryAfterSeconds };
  }
  const code = 'code' in error && typeof error.code === 'string' ? { code: cut(error.code) } : {};
  return { name: cut(error.name), message, ...code };
}

/** The same error here; of a class that is not known here, an Error of its name. */
export function fromWire({ name, message, code, status, retryAfterSeconds, reason }: WireError): Error {
  const seconds = retryAfterSeconds ?? 1;
  switch (name) {
    case 'CapacityError':
      return new errors.CapacityError(message, seconds);
    case 'NoRoomError':
      return new errors.NoRoomError(message, seconds);
    case 'ThrottledError':
      return new errors.ThrottledError(reason ?? 'ConcurrentInvocationLimitExceeded', message, seconds);
    case 'AbortError':
      return new DOMException(message, 'AbortError');
  }
  if (status !== undefined && isApiErrorName(name))
    return new ApiError(name, message, {
      status,
      ...(reason !== undefined && { reason }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  const Class = Object.hasOwn(plain, name) ? plain[name] : undefined;
  const error = Class === undefined ? new Error(message) : new Class(message);
  if (Class === undefined) error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}

/** Throws ProtocolError for what is none. */
export function parseWireError(value: unknown): WireError {
  const fields = fieldsOf(value);
  const { name, message, code, status, retryAfterSeconds, reason } = fields;
  if (!isText(name) || !isText(message)) throw new errors.ProtocolError('Another host sent an error without a name.');
  return {
    name,
    message,
    ...(isText(code) && { code }),
    ...(isText(reason) && { reason }),
    ...(typeof status === 'number' && status >= 400 && status < 600 && { status: Math.floor(status) }),
    ...(typeof retryAfterSeconds === 'number' && retryAfterSeconds >= 0 && { retryAfterSeconds }),
  };
}

function isApiErrorName(name: string): name is ApiErrorName {
  return Object.hasOwn(errorStatus, name);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= peerLimits.errorLengthMax;
}

function cut(text: string): string {
  return text.length <= peerLimits.errorLengthMax ? text : text.slice(0, peerLimits.errorLengthMax);
}
