import { queueOfUrl } from '../../../api/sqs/queue-name.ts';

/**
 * Whose home has to answer a request to SQS: that of the queue that it names, else that of who asks. What is wrong with it is said where it is answered.
 * `member`: of the request, by the name that the JSON protocol has for it.
 */
export function homeOfQueue(member: (name: 'QueueUrl' | 'QueueOwnerAWSAccountId') => unknown, account: string): string {
  const url = member('QueueUrl');
  const owner = member('QueueOwnerAWSAccountId');
  if (typeof owner === 'string' && /^\d{12}$/.test(owner)) return owner;
  if (typeof url !== 'string') return account;
  try {
    return queueOfUrl(url).account;
  } catch {
    return account;
  }
}
