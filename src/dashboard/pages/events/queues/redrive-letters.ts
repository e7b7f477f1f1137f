import { deadEventIn } from '../../../../api/events/dead-event.ts';
import { eventAgain } from '../../../../api/events/event-again.ts';
import { scheduledLetterIn, type ScheduledLetter } from '../../../../api/events/scheduled-letter.ts';
import { plural } from '../../../parts/format.ts';
import { ServiceError } from '../../../state/session.ts';
import { receive, queueUrl, sqs, type Ask, type ReceivedMessage } from './sqs.ts';

/** While it is handed over, nobody else is given it, seconds. */
const visibilitySeconds = 60;

/**
 * Hands over again what functions and schedules gave up and lies in a queue, each once, to whom it was for; resolves with what became of it, in words. What is nobody's is passed over,
 * and what comes into the queue meanwhile stays there. Throws ServiceError.
 */
export async function redriveLetters(ask: Ask, queue: string): Promise<string> {
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
  const said = `${plural(done, 'message')} handed over again.`;
  return why === '' ? said : `${said} ${plural(passed.size, 'message')} passed over: ${why}`;
}

/** Hands it over; gives why it is passed over instead, if so. */
async function handOver(ask: Ask, message: ReceivedMessage): Promise<string | undefined> {
  const letter = letterIn(message);
  if (letter === undefined) return 'it does not say whose event it was.';
  if (letter.kind === 'lost') return letter.why;
  try {
    await (letter.kind === 'event' ? ask(eventAgain(message.id, letter)) : send(ask, letter));
    return undefined;
  } catch (error) {
    // No such function or queue, or nothing for it; anything else is for all of them.
    if (error instanceof ServiceError && [400, 404, 413].includes(error.status)) return error.message;
    throw error;
  }
}

function letterIn({ body, arn, attribute }: ReceivedMessage): ScheduledLetter | undefined {
  const scheduled = scheduledLetterIn(body, attribute);
  if (scheduled !== undefined) return scheduled;
  const event = deadEventIn(body, arn);
  return event === undefined ? undefined : { kind: 'event', ...event };
}

/** A queue that is not FIFO has it twice where this ends before the message is deleted, as SQS's own move does. */
async function send(ask: Ask, { queue, input }: ScheduledLetter & { readonly kind: 'message' }): Promise<void> {
  await sqs(ask, 'SendMessage', queue === undefined ? input : { QueueUrl: await queueUrl(ask, queue), ...input });
}

async function showAgain(ask: Ask, QueueUrl: string, messages: readonly ReceivedMessage[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 10) {
    const Entries = messages
      .slice(from, from + 10)
      .map(({ receipt: ReceiptHandle }, n) => ({ Id: `m${n}`, ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs(ask, 'ChangeMessageVisibilityBatch', { QueueUrl, Entries });
  }
}
