import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './deployment.ts';
import type { Ledger } from './ledger.ts';

/** Writes down, until `over`, what comes into the queue of dead letters. */
export async function readDeadLetters(
  { sqs, queueUrl }: Pick<Clients, 'sqs' | 'queueUrl'>,
  ledger: Ledger,
  over: AbortSignal,
): Promise<void> {
  const QueueUrl = queueUrl('dead');
  while (!over.aborted) {
    const ask = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    const { Messages = [] } = await sqs.send(ask);
    if (Messages.length === 0) continue;
    for (const { Body = '' } of Messages) {
      // Of the queue it is the message, of the function the record of its destination.
      const body: { id?: string; requestPayload?: { id: string } } = JSON.parse(Body);
      ledger.write({ what: 'dead-lettered', id: body.id ?? body.requestPayload?.id ?? Body });
    }
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
