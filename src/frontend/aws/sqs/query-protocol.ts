import type { ApiError } from '../../../api/errors.ts';
import { SqsError } from '../../../api/sqs/errors.ts';
import type { FrontendOptions } from '../../context.ts';
import { onceOf } from '../../routes/loaded-later.ts';
import type { ApiReply } from '../../routes/operation.ts';
import type { AwsApi, AwsCall, AwsRequest } from '../aws-api.ts';
import { escapedXml } from '../xml.ts';
import { homeOfQueue } from './home-of-queue.ts';
import { namesOfRefusals } from './names-of-refusals.ts';

const namespace = 'http://queue.amazonaws.com/doc/2012-11-05/';

/**
 * SQS by the protocol of older clients: a form goes in, also at the queue's own address, XML comes out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function sqsQuery({ events }: Pick<FrontendOptions, 'events'>): AwsApi {
  const loaded = onceOf(async (own) => {
    const { queues } = await own.open();
    const [{ run }, { queryInput }, { resultXml }] = await Promise.all([
      import('./run.ts'),
      import('./query-input.ts'),
      import('./query-output.ts'),
    ]);
    return { run, queryInput, resultXml, queues };
  });
  return {
    service: 'sqs',
    asks: () => true,
    operation: (request) => parametersOf(request).get('Action') ?? '',
    home: (call) => homeOf(call),
    async run(operation, call) {
      const { run, queryInput, resultXml, queues } = await loaded(events.of(homeOf(call)));
      const parameters = parametersOf(call);
      const outcome = await run(operation, call, queues, () => queryInput(operation, parameters, call.path));
      if (outcome instanceof SqsError)
        return refused(outcome.status, outcome.bySender, outcome.queryCode, outcome.message, call.requestId);
      return xml(
        200,
        `<${operation}Response xmlns="${namespace}">${resultXml(operation, outcome)}` +
          `<ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata></${operation}Response>`,
      );
    },
    refusal: (error: ApiError, requestId) =>
      refused(error.status, error.status < 500, namesOfRefusals[error.name] ?? error.name, error.message, requestId),
  };
}

function homeOf(call: AwsCall): string {
  const parameters = parametersOf(call);
  const path = call.path.length > 1 ? call.path : undefined;
  return homeOfQueue((name) => parameters.get(name) ?? (name === 'QueueUrl' ? path : undefined), call.key.account);
}

/** What stands in the address, and in the form. */
function parametersOf({ query, body }: AwsRequest): URLSearchParams {
  const parameters = new URLSearchParams(body.toString());
  for (const [name, value] of Object.entries(query)) if (typeof value === 'string') parameters.append(name, value);
  return parameters;
}

function refused(status: number, bySender: boolean, code: string, message: string, requestId: string): ApiReply {
  return xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${bySender ? 'Sender' : 'Receiver'}</Type><Code>${escapedXml(code)}</Code>` +
      `<Message>${escapedXml(message)}</Message><Detail/></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, text: string): ApiReply {
  const body = Buffer.from(`<?xml version="1.0"?>${text}\n`);
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
