import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import { done } from '../../../accounts/print-key.ts';
import { paint } from '../../../output/style.ts';
import { wholeFlag } from '../../../whole-flag.ts';
import { secondsFlag } from './create.ts';
import { queueUrlOf } from './queue-url.ts';

interface SendFlags {
  readonly group?: string;
  readonly deduplicate?: string;
  readonly delay?: string;
  readonly attribute?: readonly string[];
}

/** `heddle queue send` */
export async function send(name: string, given: string, command: Command): Promise<void> {
  const { group, deduplicate, delay, attribute = [] } = command.opts<SendFlags>();
  const body = given === '-' ? await readText(process.stdin) : given;
  const seconds = secondsFlag('delay', delay);
  const sent = await withClient(command, async (client) =>
    sqs(client, 'SendMessage', {
      QueueUrl: await queueUrlOf(client, name),
      MessageBody: body,
      ...(group !== undefined && { MessageGroupId: group }),
      ...(deduplicate !== undefined && { MessageDeduplicationId: deduplicate }),
      ...(seconds !== undefined && { DelaySeconds: seconds }),
      ...(attribute.length > 0 && { MessageAttributes: Object.fromEntries(attribute.map(attributeOf)) }),
    }),
  );
  if (wantsJson(command)) return printJson(sent);
  done(`Sent ${sent.text('MessageId')}.`);
}

function attributeOf(text: string): readonly [string, object] {
  const at = text.indexOf('=');
  if (at < 1) throw new CliError(`--attribute must be NAME=TEXT; it is "${text}".`, exitCodes.usage);
  return [text.slice(0, at), { DataType: 'String', StringValue: text.slice(at + 1) }];
}

interface ReceiveFlags {
  readonly max?: string;
  readonly wait?: string;
  readonly visibility?: string;
  readonly keep?: true;
}

/** `heddle queue receive` */
export async function receive(name: string, command: Command): Promise<void> {
  const { max, wait: waits, visibility: holds, keep } = command.opts<ReceiveFlags>();
  const [wait, visibility] = [secondsFlag('wait', waits), secondsFlag('visibility', holds)];
  await withClient(command, async (client) => {
    const url = await queueUrlOf(client, name);
    const received = await sqs(client, 'ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: wholeFlag('max', max, 1, 10) ?? 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...(wait !== undefined && { WaitTimeSeconds: wait }),
      ...(visibility !== undefined && { VisibilityTimeout: visibility }),
    });
    const messages = received.list('Messages');
    if (wantsJson(command)) printJson(messages);
    else if (messages.length === 0) process.stderr.write('There is nothing to receive now.\n');
    else for (const message of messages) showMessage(message);
    if (messages.length === 0 || (keep === true && visibility !== undefined)) return;
    const entries = messages.map((message, index) => ({
      Id: `m${index}`,
      ReceiptHandle: message.text('ReceiptHandle'),
    }));
    if (keep === true) return await giveBack(client, url, entries);
    const deleted = await sqs(client, 'DeleteMessageBatch', { QueueUrl: url, Entries: entries });
    const [failed] = deleted.list('Failed');
    if (failed !== undefined) throw new CliError(`Not deleted: ${failed.text('Message')}`, exitCodes.refused);
  });
}

/** They can be received, and moved, again at once. One that somebody else has by now is his. */
async function giveBack(client: HeddleClient, QueueUrl: string, entries: readonly object[]): Promise<void> {
  const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  await sqs(client, 'ChangeMessageVisibilityBatch', { QueueUrl, Entries });
}

function showMessage(message: Shape): void {
  const system = message.object('Attributes');
  const at = new Date(Number(system.text('SentTimestamp'))).toISOString();
  const from = system.text('DeadLetterQueueSourceArn');
  const facts = [
    message.text('MessageId'),
    `sent ${at}`,
    `received ${system.text('ApproximateReceiveCount')}×`,
    ...(from === '' ? [] : [`failed in ${from.split(':').at(-1)}`]),
    ...(system.text('MessageGroupId') === '' ? [] : [`group ${system.text('MessageGroupId')}`]),
  ];
  process.stderr.write(`${paint('dim', facts.join(', '), process.stderr)}\n`);
  process.stdout.write(`${message.text('Body')}\n`);
}
