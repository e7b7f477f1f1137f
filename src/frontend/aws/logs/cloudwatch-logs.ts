import { ApiError, errorReply } from '../../../api/errors.ts';
import { jsonInput, type JsonInput } from '../../../api/json-input.ts';
import type { FrontendOptions } from '../../context.ts';
import type { ApiReply } from '../../routes/operation.ts';
import type { AwsApi, AwsCall } from '../aws-api.ts';
import { describeLogGroups, describeLogStreams } from './describe.ts';
import { filterLogEvents, getLogEvents } from './events.ts';
import { startLiveTail } from './live-tail/start-live-tail.ts';

const contentType = 'application/x-amz-json-1.1';
const target = 'Logs_20140328.';

type Run = (call: AwsCall, input: JsonInput) => Promise<ApiReply>;
type Ask = (options: FrontendOptions, call: AwsCall, input: JsonInput) => Promise<object>;

function operationsOf(options: FrontendOptions, stopping: AbortSignal): ReadonlyMap<string, Run> {
  const answering =
    (ask: Ask): Run =>
    async (call, input) =>
      json(200, await ask(options, call, input));
  return new Map([
    ['DescribeLogGroups', answering(describeLogGroups)],
    ['DescribeLogStreams', answering(describeLogStreams)],
    ['FilterLogEvents', answering(filterLogEvents)],
    ['GetLogEvents', answering(getLogEvents)],
    ['StartLiveTail', startLiveTail(options, stopping)],
  ]);
}

/**
 * What of CloudWatch Logs reads: what functions printed, line by line, in one group for each function and one stream for each container. Nothing
 * can be written or changed by it. JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 * `stopping` fires when the service does: what goes on ends then.
 */
export function cloudWatchLogs(options: FrontendOptions, stopping: AbortSignal): AwsApi {
  const operations = operationsOf(options, stopping);
  return {
    service: 'logs',
    operation({ headers }) {
      const name = String(headers['x-amz-target']);
      return name.startsWith(target) ? name.slice(target.length) : name;
    },
    async run(operation, call) {
      const run = operations.get(operation);
      if (run === undefined)
        throw new ApiError(
          'UnknownOperationException',
          `The operation ${operation.slice(0, 64)} is not in Heddle: of CloudWatch Logs there are ${[...operations.keys()].join(', ')}.`,
          { status: 400 },
        );
      return await run(call, inputOf(call.body));
    },
    refusal(error) {
      const { status, headers } = errorReply(error);
      return json(
        status === 429 || status === 413 ? 400 : status,
        { __type: nameOf(error), message: error.message },
        headers,
      );
    },
  };
}

function inputOf(body: Buffer): JsonInput {
  try {
    return jsonInput(body);
  } catch (cause) {
    throw new ApiError('InvalidParameterException', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Its own names of what other APIs call otherwise. */
function nameOf({ name }: ApiError): string {
  if (name === 'TooManyRequestsException') return 'ThrottlingException';
  if (name === 'ValidationException' || name === 'InvalidRequestContentException') return 'InvalidParameterException';
  return name === 'ServiceException' ? 'ServiceUnavailableException' : name;
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): ApiReply {
  // The name is in the body, as this API has it.
  const { 'x-amzn-errortype': _name, ...others } = headers;
  return { status, headers: { ...others, 'content-type': contentType }, body: Buffer.from(JSON.stringify(body)) };
}
