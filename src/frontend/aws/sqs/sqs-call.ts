import { missingParameter } from '../../../api/sqs/errors.ts';
import { textIn } from '../../../api/sqs/input.ts';
import { queueOfUrl, type QueueName } from '../../../api/sqs/queue-name.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import type { Queues } from '../../../events/queues/queues.ts';
import type { AwsCall } from '../aws-api.ts';

/** One request to SQS, whichever protocol it came by. */
export interface SqsCall {
  readonly queues: Queues;
  /** As the JSON protocol has it. */
  readonly input: JsonInput;
  readonly call: AwsCall;
}

/** What one operation does; gives the members of its answer. Throws SqsError. */
export type SqsRun = (request: SqsCall) => Promise<Readonly<Record<string, unknown>>>;

/** The queue that a request is about. */
export function queueIn({ input }: SqsCall): QueueName {
  const url = textIn(input, 'QueueUrl');
  if (url === undefined || url === '') throw missingParameter('QueueUrl');
  return queueOfUrl(url);
}

/** Where clients find a queue: at the address by which they found the service. */
export function queueUrl({ call }: SqsCall, { account, name }: QueueName): string {
  return `http://${String(call.headers['host'] ?? 'localhost')}/${account}/${name}`;
}
