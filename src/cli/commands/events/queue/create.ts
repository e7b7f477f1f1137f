import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { done } from '../../../accounts/print-key.ts';
import { parseDuration, SettingError } from '../../../settings/parse.ts';
import { wholeFlag } from '../../../whole-flag.ts';
import { queueUrlOf } from './queue-url.ts';

/** Flags of `heddle queue create` that are durations, and the attribute that each is, in seconds. */
const durations = {
  visibility: 'VisibilityTimeout',
  delay: 'DelaySeconds',
  retention: 'MessageRetentionPeriod',
  wait: 'ReceiveMessageWaitTimeSeconds',
} as const;

/** Flags that say what a queue is set to. */
export interface Flags extends Readonly<Partial<Record<keyof typeof durations, string>>> {
  readonly fifo?: true;
  readonly byContent?: true;
  readonly deadLetter?: string;
  readonly receives?: string;
}

/** Whole seconds of a flag that is a duration. Throws CliError (usage). */
export function secondsFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const days = /^(\d{1,3})d$/.exec(text);
    const ms = days === null ? parseDuration(text) : Number(days[1]) * 86_400_000;
    if (ms % 1_000 !== 0) throw new SettingError('must be whole seconds, such as 30s');
    return ms / 1_000;
  } catch (cause) {
    if (!(cause instanceof SettingError)) throw cause;
    throw new CliError(`--${flag} ${cause.message}; it is "${text}".`, exitCodes.usage, { cause });
  }
}

/** `heddle queue create` */
export async function create(given: string, command: Command): Promise<void> {
  const flags: Flags = command.opts();
  const fifo = flags.fifo === true || given.endsWith('.fifo');
  const name = fifo ? fifoName(given) : given;
  if (flags.byContent === true && !fifo)
    throw new CliError('--by-content is for FIFO queues: say --fifo, too.', exitCodes.usage);
  if (flags.receives !== undefined && flags.deadLetter === undefined)
    throw new CliError(
      '--receives is how often a message is received before it goes to the dead-letter queue: say --dead-letter QUEUE, too.',
      exitCodes.usage,
    );
  const attributes = { ...(fifo && { FifoQueue: 'true' }), ...settingsOf(flags) };
  const receives = receivesOf(flags) ?? receivesUsual;
  await withClient(command, async (client) => {
    const policy =
      flags.deadLetter === undefined ? {} : await deadLetterPolicy(client, flags.deadLetter, fifo, receives);
    const Attributes = { ...attributes, ...policy };
    const made = await sqs(client, 'CreateQueue', { QueueName: name, Attributes }).catch(explain);
    if (wantsJson(command)) return printJson(made);
    done(`The queue ${name} is at ${made.text('QueueUrl')}`);
    if (flags.deadLetter !== undefined)
      done(
        `What is received ${receives} times and not deleted goes to ${fifo ? fifoName(flags.deadLetter) : flags.deadLetter}.`,
      );
  });
}

function explain(cause: unknown): never {
  if (!(cause instanceof ServiceError) || cause.type !== 'QueueNameExists') throw cause;
  const hint = `"${launcher()} queue set NAME" changes what a queue is set to, with the same options.`;
  throw new CliError(cause.message, exitCodes.refused, { hint, cause });
}

/** How often a message is received before it is set aside, where nothing is said. */
export const receivesUsual = 3;

/** Attributes that flags say, other than its dead-letter queue. Throws CliError (usage). */
export function settingsOf(flags: Flags): Record<string, string> {
  const attributes: Record<string, string> = flags.byContent === true ? { ContentBasedDeduplication: 'true' } : {};
  for (const flag of ['visibility', 'delay', 'retention', 'wait'] as const) {
    const seconds = secondsFlag(flag, flags[flag]);
    if (seconds !== undefined) attributes[durations[flag]] = String(seconds);
  }
  return attributes;
}

export function receivesOf({ receives }: Flags): number | undefined {
  return wholeFlag('receives', receives, 1, 1_000);
}

/** The attribute that makes a queue's messages go to another, which is made where it is not there. */
export async function deadLetterPolicy(
  client: HeddleClient,
  given: string,
  fifo: boolean,
  maxReceiveCount: number,
): Promise<Record<string, string>> {
  const name = fifo ? fifoName(given) : given;
  // One that is there is as it is set.
  await arnOf(client, name).catch(async (error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    await sqs(client, 'CreateQueue', { QueueName: name, Attributes: fifo ? { FifoQueue: 'true' } : {} });
  });
  const deadLetterTargetArn = await arnOf(client, name);
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
}

function fifoName(name: string): string {
  return name.endsWith('.fifo') ? name : `${name}.fifo`;
}

export async function arnOf(client: HeddleClient, name: string): Promise<string> {
  const url = await queueUrlOf(client, name);
  const answer = await sqs(client, 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['QueueArn'] });
  return answer.object('Attributes').text('QueueArn');
}
