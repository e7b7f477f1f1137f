import type { JsonInput } from '../../../api/json-input.ts';
import { queueArn, queueOfUrl } from '../../../api/sqs/queue-name.ts';
import { deadLetterOf } from '../../../events/queues/rules/redrive-policy.ts';
import type { Deed } from '../../../policies/services.ts';
import { ofCode } from '../../aws/sqs/of-code.ts';

/** What IAM calls operations otherwise than the API. */
const actions: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessageBatch: 'DeleteMessage',
  SendMessageBatch: 'SendMessage',
};

/** What a request to SQS does, and with which queues. */
export function sqsDeeds(operation: string, input: JsonInput, account: string, region: string): readonly Deed[] {
  return [...asked(operation, input, account, region), ...deadLetters(input, account, region)];
}

/** Where messages go later that a queue gives up: its own account's queue of that name. */
function deadLetters({ Attributes: attributes }: JsonInput, account: string, region: string): readonly Deed[] {
  const redrive: unknown = Object(attributes)['RedrivePolicy'];
  if (typeof redrive !== 'string' || redrive === '') return [];
  const name = deadLetterOf(redrive).arn.split(':').at(-1) ?? '';
  return [{ action: 'sqs:SendMessage', resource: queueArn(region, { account, name }), ofCode: true }];
}

function asked(operation: string, input: JsonInput, account: string, region: string): readonly Deed[] {
  const deed = { action: `sqs:${actions[operation] ?? operation}`, ofCode: ofCode.has(operation) };
  const { QueueUrl, QueueName, QueueOwnerAWSAccountId, SourceArn, DestinationArn } = input;
  if (typeof SourceArn === 'string')
    return [
      { ...deed, resource: SourceArn },
      ...(typeof DestinationArn === 'string'
        ? [{ action: 'sqs:SendMessage', resource: DestinationArn, ofCode: true }]
        : []),
    ];
  if (typeof QueueUrl === 'string' && QueueUrl !== '')
    return [{ ...deed, resource: queueArn(region, queueOfUrl(QueueUrl)) }];
  if (typeof QueueName !== 'string') return [deed];
  const owner = typeof QueueOwnerAWSAccountId === 'string' ? QueueOwnerAWSAccountId : account;
  return [{ ...deed, resource: queueArn(region, { account: owner, name: QueueName }) }];
}
