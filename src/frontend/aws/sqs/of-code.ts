/** What code in functions may do, with queues of its own account: use them, not make, set, empty or remove them. */
export const ofCode: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'DeleteMessage',
  'DeleteMessageBatch',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ReceiveMessage',
  'SendMessage',
  'SendMessageBatch',
]);
