import type { ApiError } from '../../../api/errors.ts';
import { jsonInput, type JsonInput } from '../../../api/json-input.ts';
import { SqsError } from '../../../api/sqs/errors.ts';
import type { FrontendOptions } from '../../context.ts';
import { onceOf } from '../../routes/loaded-later.ts';
import type { ApiReply } from '../../routes/operation.ts';
import type { AwsApi, AwsCall } from '../aws-api.ts';
import { homeOfQueue } from './home-of-queue.ts';
import { namesOfRefusals } from './names-of-refusals.ts';

export const target = 'AmazonSQS.';
const contentType = 'application/x-amz-json-1.0';

/** Names that are not SQS's own, but of all of AWS's services. */
const common: ReadonlySet<string> = new Set([
  ...[
    'AccessDeniedException',
    'InternalFailure',
    'InvalidParameterValueException',
    'MissingRequiredParameterException',
  ],
  ...['SerializationException', 'ServiceUnavailable', 'InvalidAction', 'InvalidAttributeValue'],
]);

/** SQS by the protocol that current clients speak. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export function sqsJson({ events }: Pick<FrontendOptions, 'events'>): AwsApi {
  const loaded = onceOf(async (own) => {
    const [{ run }, { queues }] = await Promise.all([import('./run.ts'), own.open()]);
    return { run, queues };
  });
  return {
    service: 'sqs',
    asks: () => true,
    operation({ headers }) {
      const name = String(headers['x-amz-target']);
      return name.startsWith(target) ? name.slice(target.length) : name;
    },
    home: (call) => homeOf(call),
    async run(operation, call) {
      const { run, queues } = await loaded(events.of(homeOf(call)));
      const outcome = await run(operation, call, queues, () => jsonInput(call.body));
      return outcome instanceof SqsError ? refused(outcome) : json(200, outcome, {});
    },
    refusal: (error) => unknownCaller(error),
  };
}

function homeOf({ body, key }: AwsCall): string {
  let input: JsonInput = {};
  try {
    input = jsonInput(body);
  } catch {
    // Answered as what it is, by who asks' own home.
  }
  return homeOfQueue((name) => input[name], key.account);
}

function refused(error: SqsError): ApiReply {
  const fault = error.bySender ? 'Sender' : 'Receiver';
  const space = common.has(error.name) ? 'com.amazon.coral.service' : 'com.amazonaws.sqs';
  return json(
    error.status,
    { __type: `${space}#${error.name}`, message: error.message },
    { 'x-amzn-query-error': `${error.queryCode};${fault}` },
  );
}

function unknownCaller(error: ApiError): ApiReply {
  const fault = error.status >= 500 ? 'Receiver' : 'Sender';
  return json(
    error.status,
    { __type: `com.amazon.coral.service#${error.name}`, message: error.message },
    { 'x-amzn-query-error': `${namesOfRefusals[error.name] ?? error.name};${fault}` },
  );
}

function json(status: number, body: object, headers: Readonly<Record<string, string>>): ApiReply {
  return { status, headers: { ...headers, 'content-type': contentType }, body: Buffer.from(JSON.stringify(body)) };
}
