import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import { done } from '../../../accounts/print-key.ts';
import { printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { deadLetterPolicy, receivesOf, receivesUsual, settingsOf, type Flags } from './create.ts';
import { queueUrlOf } from './queue-url.ts';

/** What `--dead-letter` says where messages are not to be set aside any more. */
const nowhere = 'none';

/** `heddle queue set` */
export async function set(name: string, command: Command): Promise<void> {
  const flags: Flags = command.opts();
  const settings = settingsOf(flags);
  const receives = receivesOf(flags);
  if (Object.keys(settings).length === 0 && receives === undefined && flags.deadLetter === undefined)
    throw new CliError('Say what is to change, such as --visibility 1m.', exitCodes.usage);
  await withClient(command, async (client) => {
    const QueueUrl = await queueUrlOf(client, name);
    const Attributes = { ...settings, ...(await redriveOf(client, name, QueueUrl, flags.deadLetter, receives)) };
    await sqs(client, 'SetQueueAttributes', { QueueUrl, Attributes });
    if (wantsJson(command)) return printJson(Attributes);
    done(
      `${name} is set: ${Object.entries(Attributes)
        .map(([key, value]) => `${key} ${value === '' ? nowhere : value}`)
        .join(', ')}`,
    );
  });
}

async function redriveOf(
  client: HeddleClient,
  name: string,
  QueueUrl: string,
  deadLetter: string | undefined,
  receives: number | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (deadLetter === undefined && receives === undefined) return {};
  if (deadLetter === nowhere) return { RedrivePolicy: '' };
  const before = await policyOf(client, QueueUrl);
  const times = receives ?? (before === undefined ? receivesUsual : Number(before['maxReceiveCount']));
  if (deadLetter !== undefined) return await deadLetterPolicy(client, deadLetter, name.endsWith('.fifo'), times);
  if (before === undefined)
    throw new CliError(
      `${name} has no dead-letter queue where messages could go that are received ${times} times: say --dead-letter QUEUE, too.`,
      exitCodes.usage,
    );
  return { RedrivePolicy: JSON.stringify({ ...before, maxReceiveCount: times }) };
}

async function policyOf(
  client: HeddleClient,
  QueueUrl: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await sqs(client, 'GetQueueAttributes', { QueueUrl, AttributeNames: ['RedrivePolicy'] });
  const text = answer.object('Attributes').text('RedrivePolicy');
  return text === '' ? undefined : Object.fromEntries(Object.entries(Object(JSON.parse(text))));
}
