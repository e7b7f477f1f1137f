import { messageMembers } from './model/error-members.ts';

/** Names of errors as AWS's Lambda API model has them, and the HTTP status each is answered with. */
export const errorStatus = {
  AccessDeniedException: 403,
  CallbackTimeoutException: 400,
  CodeSigningConfigNotFoundException: 404,
  CodeStorageExceededException: 400,
  ConflictException: 409,
  DurableExecutionAlreadyStartedException: 409,
  ExpiredTokenException: 403,
  IncompleteSignatureException: 403,
  InternalFailure: 500,
  InvalidParameterException: 400,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  InvalidRuntimeException: 502,
  InvalidSignatureException: 403,
  LimitExceededException: 409,
  MissingAuthenticationTokenException: 403,
  NotImplementedException: 501,
  PolicyLengthExceededException: 400,
  PreconditionFailedException: 412,
  ProvisionedConcurrencyConfigNotFoundException: 404,
  RecursiveInvocationException: 400,
  RequestEntityTooLargeException: 413,
  RequestTooLargeException: 413,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceException: 500,
  ServiceQuotaExceededException: 402,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  UnsupportedMediaTypeException: 415,
  ValidationException: 400,
} as const;

/** One of {@link errorStatus}. */
export type ApiErrorName = keyof typeof errorStatus;

/** What an {@link ApiError} may carry beside its name and message. */
export interface ApiErrorDetails {
  /** Where it differs from the one that belongs to the name. */
  readonly status?: number;
  /** `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** `Reason` of TooManyRequestsException. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** A refusal with a name that AWS clients know. */
export class ApiError extends Error {
  override readonly name: ApiErrorName;
  readonly status: number;
  readonly details: ApiErrorDetails;

  constructor(name: ApiErrorName, message: string, details: ApiErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = name;
    this.status = details.status ?? errorStatus[name];
    this.details = details;
  }
}

/** An answer to an error, ready to be sent. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** The answer that AWS clients turn back into the error. */
export function errorReply(error: ApiError): ErrorReply {
  const { retryAfterSeconds, reason } = error.details;
  const text = messageMembers[error.name];
  return {
    status: error.status,
    headers: {
      'x-amzn-errortype': error.name,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
    },
    body: {
      // Errors that the model has say whose fault they are, and have their text under either name; the others do neither.
      ...(text !== undefined && { Type: error.status >= 500 ? 'Service' : 'User' }),
      [text ?? 'message']: error.message,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds: String(retryAfterSeconds) }),
      ...(reason !== undefined && { Reason: reason }),
    },
  };
}
