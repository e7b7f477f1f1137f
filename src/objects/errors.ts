/** Codes of S3's errors that this service answers with, and the HTTP status of each. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const objectErrorStatus = {
  AccessDenied: 403,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  FunctionFailed: 424,
  IncompleteBody: 400,
  InsufficientStorage: 507,
  InternalError: 500,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartNumber: 416,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidTag: 400,
  KeyTooLongError: 400,
  LambdaResponseNotReceived: 424,
  LambdaRuntimeError: 424,
  LambdaTimeout: 424,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NotFound: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  RequestTimeout: 400,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  TooManyBuckets: 400,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** One of {@link objectErrorStatus}. */
export type ObjectErrorCode = keyof typeof objectErrorStatus;

/** A refusal in S3's words. */
export class ObjectError extends Error {
  override readonly name = 'ObjectError';
  readonly code: string;
  readonly status: number;

  /** `status`: where it differs from the one of the code, or the code is a function's own. */
  constructor(
    code: ObjectErrorCode | { readonly code: string; readonly status: number },
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.code = typeof code === 'string' ? code : code.code;
    this.status = typeof code === 'string' ? objectErrorStatus[code] : code.status;
  }
}

/** There is nothing under this key. */
export function noSuchKey(key: string): ObjectError {
  return new ObjectError('NoSuchKey', `The specified key does not exist: '${key.slice(0, 200)}'.`);
}

/** There is no such bucket. */
export function noSuchBucket(name: string): ObjectError {
  return new ObjectError('NoSuchBucket', `The specified bucket does not exist: '${name.slice(0, 63)}'.`);
}
