import { withoutPermission, withPermission } from '../../../api/sqs/permission.ts';
import { checkRange, queueArn } from '../../../api/sqs/queue-name.ts';
import { missingParameter, SqsError } from '../../../api/sqs/errors.ts';
import { integerIn, mapIn, requiredText, textIn, textsIn } from '../../../api/sqs/input.ts';
import { attributeNames, unknown as unknownAttribute } from '../../../events/queues/rules/attributes.ts';
import type { QueueRecord } from '../../../store/durable/contracts/queues.ts';
import { ownQueue, permittedQueue } from './access.ts';
import { queueIn, queueUrl, type SqsCall, type SqsRun } from './sqs-call.ts';

const pageMax = 1_000;

export const createQueue: SqsRun = async (request) => {
  const { input, queues, call } = request;
  const queue = { account: call.key.account, name: requiredText(input, 'QueueName') };
  await queues.admin.create(queue, mapIn(input, 'Attributes'), mapIn(input, 'tags'));
  return { QueueUrl: queueUrl(request, queue) };
};

export const deleteQueue: SqsRun = async (request) => {
  await request.queues.admin.remove(ownQueue(request, queueIn(request)));
  return {};
};

export const purgeQueue: SqsRun = async (request) => {
  await request.queues.admin.purge(await permittedQueue(request, queueIn(request), 'PurgeQueue'));
  return {};
};

export const getQueueUrl: SqsRun = async (request) => {
  const { input, call } = request;
  const name = requiredText(input, 'QueueName');
  const account = textIn(input, 'QueueOwnerAWSAccountId') ?? call.key.account;
  return { QueueUrl: queueUrl(request, await permittedQueue(request, { account, name }, 'GetQueueUrl')) };
};

export const getQueueAttributes: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'GetQueueAttributes');
  const wanted = textsIn(request.input, 'AttributeNames');
  const strange = wanted.find((name) => name !== 'All' && !attributeNames.has(name));
  if (strange !== undefined) throw unknownAttribute(strange);
  if (wanted.length === 0) return {};
  const all = attributesOf(await request.queues.admin.get(queue), request.call.region);
  const chosen = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  return chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) };
};

export const setQueueAttributes: SqsRun = async (request) => {
  await request.queues.admin.setAttributes(ownQueue(request, queueIn(request)), mapIn(request.input, 'Attributes'));
  return {};
};

export const listQueues: SqsRun = async (request) => {
  const prefix = textIn(request.input, 'QueueNamePrefix') ?? '';
  const { account } = request.call.key;
  const { names, next } = await page(request, (after, max) => request.queues.admin.list(account, prefix, after, max));
  const urls = names.map((name) => queueUrl(request, { account, name }));
  return { ...(urls.length > 0 && { QueueUrls: urls }), ...next };
};

export const listDeadLetterSourceQueues: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'ListDeadLetterSourceQueues');
  const { names, next } = await page(request, (after, max) => request.queues.admin.sourcesOf(queue, after, max));
  return { queueUrls: names.map((name) => queueUrl(request, { account: queue.account, name })), ...next };
};

export const listQueueTags: SqsRun = async (request) => {
  const { tags } = await request.queues.admin.get(ownQueue(request, queueIn(request)));
  return Object.keys(tags).length > 0 ? { Tags: tags } : {};
};

export const tagQueue: SqsRun = async (request) => {
  const tags = mapIn(request.input, 'Tags');
  if (Object.keys(tags).length === 0) throw missingParameter('Tags');
  await request.queues.admin.tag(ownQueue(request, queueIn(request)), tags, []);
  return {};
};

export const untagQueue: SqsRun = async (request) => {
  const keys = textsIn(request.input, 'TagKeys');
  if (keys.length === 0) throw missingParameter('TagKeys');
  await request.queues.admin.tag(ownQueue(request, queueIn(request)), {}, keys);
  return {};
};

export const addPermission: SqsRun = async (request) => {
  const { input, queues, call } = request;
  const queue = ownQueue(request, queueIn(request));
  const permission = {
    label: requiredText(input, 'Label'),
    accounts: textsIn(input, 'AWSAccountIds'),
    actions: textsIn(input, 'Actions'),
  };
  await queues.admin.setPolicy(queue, (policy) => withPermission(policy, queueArn(call.region, queue), permission));
  return {};
};

export const removePermission: SqsRun = async (request) => {
  const label = requiredText(request.input, 'Label');
  await request.queues.admin.setPolicy(ownQueue(request, queueIn(request)), (policy) =>
    withoutPermission(policy, label),
  );
  return {};
};

function attributesOf(queue: QueueRecord, region: string): Readonly<Record<string, string>> {
  const { depth, createdAt, modifiedAt, attributes } = queue;
  return {
    ...attributes,
    QueueArn: queueArn(region, queue),
    ApproximateNumberOfMessages: String(depth.ready),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    CreatedTimestamp: String(Math.floor(createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(modifiedAt / 1_000)),
  };
}

/** As AWS has it, there is a next page only for who said how long one is. */
async function page(
  { input }: SqsCall,
  list: (after: string, max: number) => Promise<readonly string[]>,
): Promise<{ readonly names: readonly string[]; readonly next: { readonly NextToken?: string } }> {
  const asked = integerIn(input, 'MaxResults');
  if (asked !== undefined) checkRange('MaxResults', asked, 1, pageMax, `Must be between 1 and ${pageMax}.`);
  const token = textIn(input, 'NextToken');
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && (after === '' || Buffer.from(after).toString('base64url') !== token))
    throw new SqsError('InvalidParameterValueException', 'Invalid or expired next token.');
  const max = asked ?? pageMax;
  const names = await list(after, max + 1);
  const last = names[max - 1];
  if (names.length <= max || last === undefined) return { names, next: {} };
  const next = asked === undefined ? {} : { NextToken: Buffer.from(last).toString('base64url') };
  return { names: names.slice(0, max), next };
}
