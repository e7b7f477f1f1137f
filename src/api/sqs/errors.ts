/** How an error of SQS is told: its status, its code by the query protocol, and whether its name is in the model. */
interface ErrorForm {
  readonly status: number;
  /** Where that is another than its name. */
  readonly queryCode?: string;
}

/** Names of errors as the JSON protocol has them; what each is by the query protocol stands in AWS's model (`awsQueryError`). */
export const sqsErrors = {
  AccessDeniedException: { status: 403, queryCode: 'AccessDenied' },
  BatchEntryIdsNotDistinct: { status: 400, queryCode: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct' },
  BatchRequestTooLong: { status: 400, queryCode: 'AWS.SimpleQueueService.BatchRequestTooLong' },
  EmptyBatchRequest: { status: 400, queryCode: 'AWS.SimpleQueueService.EmptyBatchRequest' },
  InternalFailure: { status: 500 },
  InvalidAction: { status: 400 },
  InvalidAddress: { status: 404 },
  InvalidAttributeName: { status: 400 },
  InvalidAttributeValue: { status: 400 },
  InvalidBatchEntryId: { status: 400, queryCode: 'AWS.SimpleQueueService.InvalidBatchEntryId' },
  InvalidMessageContents: { status: 400 },
  InvalidParameterValueException: { status: 400, queryCode: 'InvalidParameterValue' },
  InvalidSecurity: { status: 403 },
  MessageNotInflight: { status: 400, queryCode: 'AWS.SimpleQueueService.MessageNotInflight' },
  MissingRequiredParameterException: { status: 400, queryCode: 'MissingParameter' },
  OverLimit: { status: 403 },
  PurgeQueueInProgress: { status: 403, queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress' },
  QueueDoesNotExist: { status: 400, queryCode: 'AWS.SimpleQueueService.NonExistentQueue' },
  QueueNameExists: { status: 400, queryCode: 'QueueAlreadyExists' },
  ReceiptHandleIsInvalid: { status: 404 },
  RequestThrottled: { status: 403 },
  ResourceNotFoundException: { status: 404 },
  SerializationException: { status: 400, queryCode: 'MalformedInput' },
  ServiceUnavailable: { status: 503 },
  TooManyEntriesInBatchRequest: { status: 400, queryCode: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest' },
  UnsupportedOperation: { status: 400, queryCode: 'AWS.SimpleQueueService.UnsupportedOperation' },
} as const;

export type SqsErrorName = keyof typeof sqsErrors;

/** A refusal with a name that clients of SQS know. */
export class SqsError extends Error {
  override readonly name: SqsErrorName;

  constructor(name: SqsErrorName, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = name;
  }

  get status(): number {
    return sqsErrors[this.name].status;
  }

  get queryCode(): string {
    const form: ErrorForm = sqsErrors[this.name];
    return form.queryCode ?? this.name;
  }

  /** Whether it is the sender's fault. */
  get bySender(): boolean {
    return this.status < 500;
  }
}

/** What a parameter must not be, as SQS words it. */
export function invalidParameter(name: string, value: unknown, reason: string): SqsError {
  return new SqsError(
    'InvalidParameterValueException',
    `Value ${String(value).slice(0, 1_024)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(name: string): SqsError {
  return new SqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

/** The same, whether there is no such queue or it is somebody else's. */
export function noSuchQueue(): SqsError {
  return new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}
