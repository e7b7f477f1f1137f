import { parsePolicy, type PolicyDocument } from '../../../api/policy/document.ts';
import { noSuchQueue, SqsError } from '../../../api/sqs/errors.ts';
import { queueArn, type QueueName } from '../../../api/sqs/queue-name.ts';
import type { Attributes } from '../../../events/queues/rules/attributes.ts';
import type { KnownQueue } from '../../../events/queues/queue-book.ts';
import { mayInvoke } from '../../lambda/policy/may-invoke.ts';
import { identityOf } from '../identity.ts';
import type { SqsCall } from './sqs-call.ts';

/** Policies that were read already: a queue's attributes are the same object until they change. */
const read = new WeakMap<Attributes, PolicyDocument>();

/**
 * The queue that a request names, if its sender may do this with it: an account with its own unless its policy denies it, others where the policy
 * allows it. Code in functions may reach queues of its own account only. What may not be reached is as if it was not there.
 */
export async function permittedQueue(request: SqsCall, name: QueueName, action: string): Promise<KnownQueue> {
  const { queues, call } = request;
  const own = name.account === call.key.account;
  if (!own && call.key.sessionToken !== undefined) throw noSuchQueue();
  const queue = await queues.messages.queue(name);
  const policy = policyOf(queue);
  if (policy === undefined && own) return queue;
  const resource = queueArn(call.region, queue);
  const { arn } = identityOf(call.key);
  const caller = { kind: 'account', account: call.key.account, arn } as const;
  if (mayInvoke(policy, { action: `sqs:${action}`, resource, caller })) return queue;
  if (!own) throw noSuchQueue();
  throw new SqsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: sqs:${action} on resource: ${resource} with an explicit deny in a resource-based policy`,
  );
}

/** Where others' permissions do not count: what changes a queue is its account's business. */
export function ownQueue({ call }: SqsCall, name: QueueName): QueueName {
  if (name.account !== call.key.account) throw noSuchQueue();
  return name;
}

function policyOf({ attributes }: KnownQueue): PolicyDocument | undefined {
  const text = attributes['Policy'];
  if (text === undefined) return undefined;
  let policy = read.get(attributes);
  if (policy === undefined) read.set(attributes, (policy = parsePolicy(text)));
  return policy;
}
