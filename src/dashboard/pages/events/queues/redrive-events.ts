import { deadEventIn } from '../../../../api/events/dead-event.ts';
import { plural } from '../../../parts/format.ts';
import { ServiceError } from '../../../state/session.ts';
import { receive, queueUrl, sqs, type Ask, type ReceivedMessage } from './sqs.ts';

/** While it is handed over, nobody else is given it, seconds. */
const visibilitySeconds = 60;

/**
 * Hands over again the events in a queue that functions gave up, each once, to the function that it was for; resolves with what became of them, in words. What is nobody's event is passed over,
 * and what comes into the queue meanwhile stays there. Throws ServiceError.
 */
export async function redriveEvents(ask: Ask, queue: string): Promise<string> {
  const QueueUrl = await queueUrl(ask, queue);
  const startedMs = Date.now();
  const passed = new Map<string, ReceivedMessage>();
  let [done, why] = [0, ''];
  try {
    for (;;) {
      const messages = await receive(ask, QueueUrl, visibilitySeconds);
      const old = messages.filter(({ id, sentAt }) => sentAt <= startedMs && !passed.has(id));
      for (const message of messages) if (!old.includes(message)) passed.set(message.id, message);
      if (old.length === 0) break;
      for (const message of old) {
        const refused = await handOver(ask, message);
        if (refused === undefined) {
          await sqs(ask, 'DeleteMessage', { QueueUrl, ReceiptHandle: message.receipt });
          done += 1;
        } else {
          passed.set(message.id, message);
          why = refused;
        }
      }
    }
  } finally {
    await showAgain(ask, QueueUrl, [...passed.values()]);
  }
  const said = `${plural(done, 'event')} handed over again.`;
  return why === '' ? said : `${said} ${plural(passed.size, 'message')} passed over: ${why}`;
}

/** Hands it over; gives why it is passed over instead, if so. */
async function handOver(ask: Ask, { id, body, arn }: ReceivedMessage): Promise<string | undefined> {
  const event = deadEventIn(body, arn);
  if (event === undefined) return 'it does not say whose event it was.';
  try {
    await ask({
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(event.functionName)}/invocations`,
      // Where this ends before the message is deleted, whoever does it again does not run the event twice.
      headers: { 'x-amz-invocation-type': 'Event', 'x-heddle-idempotency-key': `redrive-${id}` },
      body: event.payload,
    });
    return undefined;
  } catch (error) {
    // No such function, or no event of one; anything else is for all of them.
    if (error instanceof ServiceError && [400, 404, 413].includes(error.status)) return error.message;
    throw error;
  }
}

async function showAgain(ask: Ask, QueueUrl: string, messages: readonly ReceivedMessage[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 10) {
    const Entries = messages
      .slice(from, from + 10)
      .map(({ receipt: ReceiptHandle }, n) => ({ Id: `m${n}`, ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs(ask, 'ChangeMessageVisibilityBatch', { QueueUrl, Entries });
  }
}
