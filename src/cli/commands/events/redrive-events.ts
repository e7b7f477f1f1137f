import type { Command } from 'commander';
import { deadEventIn } from '../../../api/events/dead-event.ts';
import { eventAgain } from '../../../api/events/event-again.ts';
import { scheduledLetterIn, type ScheduledLetter } from '../../../api/events/scheduled-letter.ts';
import type { HeddleClient } from '../../../sdk/client.ts';
import { ServiceError } from '../../../sdk/service-error.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { sqs } from '../../../sdk/sqs.ts';
import { done } from '../../accounts/print-key.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { inFlightOf, inFlightWords } from './queue/in-flight.ts';
import { queueUrlOf } from './queue/queue-url.ts';

/** While it is handed over, nobody else is given it, seconds. */
const visibilitySeconds = 60;
/** So many reasons are told. */
const reasonsMax = 3;

/** What is passed over is held until the end, so that what is behind it comes: by id, the handle of when it came last. */
type PassedOver = Map<string, string>;

/**
 * `heddle events redrive`: hands over again what was given up and lies in a queue, to the version or alias that it was for, each message once, however often
 * this is called. What is nobody's event is passed over, and visible again when this ends; what comes into the queue meanwhile, because it failed again,
 * stays there.
 */
export async function redriveEvents(queue: string, command: Command): Promise<void> {
  const named = textFlag(command, 'function');
  const passed: PassedOver = new Map();
  const reasons = new Set<string>();
  let redriven = 0;
  const left = await withClient(command, async (client) => {
    const QueueUrl = await queueUrlOf(client, queue);
    try {
      for await (const message of oldMessages(client, QueueUrl, passed)) {
        const why = await handOver(client, message, named);
        if (why === undefined) {
          await sqs(client, 'DeleteMessage', { QueueUrl, ReceiptHandle: message.text('ReceiptHandle') });
          redriven += 1;
          continue;
        }
        passed.set(message.text('MessageId'), message.text('ReceiptHandle'));
        if (reasons.size < reasonsMax) reasons.add(why);
      }
    } finally {
      await showAgain(client, QueueUrl, [...passed.values()]);
    }
    return await inFlightOf(client, queue);
  });
  if (wantsJson(command)) printJson({ redriven, passedOver: passed.size, inFlight: left.count });
  else done(`Handed over ${counted(redriven)} of ${queue} again: ${launcher()} events`);
  const inFlight = inFlightWords(left);
  if (inFlight !== undefined) process.stderr.write(`${inFlight}\n`);
  if (passed.size === 0) return;
  const said = `Passed over ${passed.size === 1 ? 'one message' : `${passed.size} messages`}, which ${passed.size === 1 ? 'stays' : 'stay'} in ${queue}: ${[...reasons].join(' ')}`;
  const hint = 'Whose are they? --function NAME is for all messages of the queue that do not say it.';
  // What could be done was done; that there was nothing is told to scripts, too.
  if (redriven === 0) throw new CliError(said, exitCodes.refused, { hint });
  process.stderr.write(`${said}\n  ${hint}\n`);
}

function counted(events: number): string {
  return events === 1 ? 'one event' : `${events} events`;
}

/** Messages that were there when this began, each once; those that came since are left to others. */
async function* oldMessages(client: HeddleClient, QueueUrl: string, passed: PassedOver): AsyncGenerator<Shape> {
  const startedMs = Date.now();
  for (;;) {
    const messages = await receive(client, QueueUrl);
    const old = messages.filter((message) => sentMs(message) <= startedMs);
    const young = messages.filter((message) => sentMs(message) > startedMs);
    await showAgain(
      client,
      QueueUrl,
      young.map((message) => message.text('ReceiptHandle')),
    );
    if (old.length === 0) return;
    for (const message of old) {
      const id = message.text('MessageId');
      // It was held for as long as a message is: it stays passed over.
      if (passed.has(id)) passed.set(id, message.text('ReceiptHandle'));
      else yield message;
    }
  }
}

/** Hands it over; gives why it is passed over instead, if so. */
async function handOver(client: HeddleClient, message: Shape, named: string | undefined): Promise<string | undefined> {
  const again = await letterIn(client, message, named);
  if (again.kind === 'lost') return again.why;
  try {
    if (again.kind === 'message') await send(client, again);
    else {
      const { body, ...request } = eventAgain(message.text('MessageId'), again);
      (await client.send({ ...request, body: Buffer.from(body) })).resume();
    }
    return undefined;
  } catch (error) {
    // No such function or queue, or nothing for it; anything else is for all of them.
    if (error instanceof ServiceError && [400, 404, 413].includes(error.status)) return error.message;
    throw error;
  }
}

async function send(client: HeddleClient, letter: ScheduledLetter & { readonly kind: 'message' }): Promise<void> {
  const { queue, input } = letter;
  await sqs(
    client,
    'SendMessage',
    queue === undefined ? input : { QueueUrl: await queueUrlOf(client, queue), ...input },
  );
}

async function showAgain(client: HeddleClient, QueueUrl: string, handles: readonly string[]): Promise<void> {
  for (let from = 0; from < handles.length; from += 10) {
    const Entries = handles
      .slice(from, from + 10)
      .map((ReceiptHandle, index) => ({ Id: `m${index}`, ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs(client, 'ChangeMessageVisibilityBatch', { QueueUrl, Entries });
  }
}

async function receive(client: HeddleClient, QueueUrl: string): Promise<readonly Shape[]> {
  const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
  const answer = await sqs(client, 'ReceiveMessage', {
    ...{ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: visibilitySeconds, ...names },
  });
  return answer.list('Messages');
}

function sentMs(message: Shape): number {
  return Number(message.object('Attributes').text('SentTimestamp'));
}

/** What it asks for, or why that is not known. */
async function letterIn(client: HeddleClient, message: Shape, named: string | undefined): Promise<ScheduledLetter> {
  const payload = message.text('Body');
  const attribute = (name: string): string => message.object('MessageAttributes').object(name).text('StringValue');
  const scheduled = scheduledLetterIn(payload, attribute);
  const event = deadEventIn(payload, attribute('FunctionArn'));
  if (named !== undefined) return { kind: 'event', functionName: named, payload: event?.payload ?? payload };
  if (scheduled !== undefined) return scheduled;
  // With the version or alias that it was for, which means now whatever it means now.
  if (event !== undefined) return { kind: 'event', ...event };
  const known = await functionOf(client, attribute('RequestID'));
  if (known !== undefined) return { kind: 'event', functionName: known, payload };
  const why = `Of the message ${message.text('MessageId')} it is not known any more whose event it was.`;
  return { kind: 'lost', why };
}

async function functionOf(client: HeddleClient, requestId: string): Promise<string | undefined> {
  if (requestId === '') return undefined;
  try {
    const answer = await client.admin('GET', `/events/${encodeURIComponent(requestId)}`);
    const lines = answer.list('events').map((event) => event.text('line'));
    return lines.find((line) => !line.includes(':'));
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}
