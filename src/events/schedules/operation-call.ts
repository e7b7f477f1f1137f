import { readClientContext } from '../../api/client-context.ts';
import { ApiError } from '../../api/errors.ts';
import { functionRef, type FunctionRef, type Scope } from '../../api/function-ref.ts';
import { optionalString, type JsonInput } from '../../api/json-input.ts';
import { queueOfUrl } from '../../api/sqs/queue-name.ts';
import { tenantOf } from '../../api/tenancy.ts';
import { messageIn } from '../queues/rules/message-input.ts';
import { newMessage, type MessageRequest } from '../queues/rules/outgoing.ts';

/** A function is to be called. */
export interface FunctionCall {
  readonly kind: 'call';
  readonly ref: FunctionRef;
  readonly payload: string;
  readonly clientContext?: string;
  readonly tenantId?: string;
}

/** A message is to be sent, as whoever made the schedule says in every detail. */
export interface MessageSending {
  readonly kind: 'send';
  /** Of the own account. */
  readonly queue: string;
  readonly message: MessageRequest;
}

/** Operations that a universal target may name. */
export type OperationName = 'lambda:invoke' | 'sqs:sendMessage';

const members: Readonly<Record<OperationName, readonly string[]>> = {
  'lambda:invoke': ['FunctionName', 'InvocationType', 'LogType', 'ClientContext', 'Payload', 'Qualifier', 'TenantId'],
  'sqs:sendMessage': [
    ...['QueueUrl', 'MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageSystemAttributes'],
    ...['MessageDeduplicationId', 'MessageGroupId'],
  ],
};

/**
 * What the input of a universal target asks for: it is the request of the operation that the target names. Throws ApiError or SqsError for what the
 * operation does not take, what this service does not do for schedules, and what is of another account or region.
 */
export function operationCall(operation: OperationName, payload: string, scope: Scope): FunctionCall | MessageSending {
  const input = objectIn(payload);
  const known = members[operation];
  const strange = Object.keys(input).find((name) => !known.includes(name));
  if (strange !== undefined)
    throw invalid(
      `${operation} is not told ${strange.slice(0, 60)} by schedules of this service; it takes ${known.join(', ')}.`,
    );
  return operation === 'lambda:invoke' ? callIn(input, scope) : sendingIn(input, scope);
}

function callIn(input: JsonInput, scope: Scope): FunctionCall {
  const type = optionalString(input, 'InvocationType') ?? 'Event';
  if (type !== 'Event')
    throw invalid(
      `InvocationType is '${type.slice(0, 40)}'; it should be Event, or left out: nobody waits for the answer to what a schedule calls.`,
    );
  // Of what is called asynchronously no log comes back, whichever is asked for.
  const logType = optionalString(input, 'LogType') ?? 'None';
  if (logType !== 'None' && logType !== 'Tail')
    throw invalid(`LogType is '${logType.slice(0, 40)}'; it should be None or Tail.`);
  const qualifier = optionalString(input, 'Qualifier');
  const tenantId = optionalString(input, 'TenantId');
  if (tenantId !== undefined) tenantOf({ tenancy: 'PER_TENANT' }, tenantId);
  const clientContext = readClientContext(optionalString(input, 'ClientContext'));
  const given = input['Payload'] ?? '{}';
  const payload = typeof given === 'string' ? given : JSON.stringify(given);
  if (!isJson(payload)) throw invalid('Payload is no JSON; it should be what the function is to get.');
  return {
    kind: 'call',
    ref: functionRef(required(input, 'FunctionName'), scope, qualifier),
    payload,
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
  };
}

/** As wide as a queue may be set to: it need not be there before it is sent to. */
const widest = { MaximumMessageSize: '1048576', DelaySeconds: '0', ContentBasedDeduplication: 'true' };

function sendingIn(input: JsonInput, { account, region }: Scope): MessageSending {
  const url = required(input, 'QueueUrl');
  const queue = queueOfUrl(url);
  const urlRegion = /^https?:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com\//.exec(url)?.[1] ?? region;
  if (queue.account !== account || urlRegion !== region)
    throw invalid(`QueueUrl is ${url.slice(0, 200)}; it should be of a queue of account ${account} in ${region}.`);
  const message = messageIn(input);
  const FifoQueue = String(queue.name.endsWith('.fifo'));
  newMessage(message, { ...widest, FifoQueue }, { messageId: '', sender: '' });
  return { kind: 'send', queue: queue.name, message };
}

function objectIn(payload: string): JsonInput {
  try {
    const value: unknown = JSON.parse(payload);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  throw invalid('The input of a universal target is no JSON object; it should be the request of its operation.');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function required(input: JsonInput, name: string): string {
  const text = optionalString(input, name) ?? '';
  if (text !== '') return text;
  throw invalid(`The input of a universal target has no ${name}.`);
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}
