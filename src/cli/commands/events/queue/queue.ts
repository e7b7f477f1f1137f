import { Command } from 'commander';
import { sqs } from '../../../../sdk/sqs.ts';
import { done } from '../../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { create } from './create.ts';
import { set } from './set.ts';
import { receive, send } from './messages.ts';
import { queueUrlOf } from './queue-url.ts';
import { redrive } from './redrive.ts';
import { list, show } from './show.ts';

const examples = `
Examples:
  $ heddle queue create orders --dead-letter orders-dead    after 3 times that it was received, a message is set aside
  $ heddle queue set orders --visibility 1m                 changes what it is set to; --dead-letter none: nothing is set aside
  $ heddle queue send orders '{"id": 7}'
  $ heddle queue receive orders --wait 20s                  prints the message, and deletes it
  $ heddle queue receive orders-dead --keep                 prints the message, and leaves it
  $ heddle queue ls                                         depth, age of the oldest, in flight, failures
  $ heddle queue redrive orders-dead                        what was set aside goes back to where it came from
  $ heddle events redrive dead                              the same for a queue that functions have for their events
  $ heddle queue create steps --fifo --by-content           in order within each group; the same text once in 5 minutes
  $ heddle queue send steps.fifo pack --group order-7
  $ tail -1 events.jsonl | heddle queue send orders -

Queues are SQS's: eval "$(heddle env)", and the AWS CLI and every AWS SDK find them.`;

const setExamples = `
Examples:
  $ heddle queue set orders --visibility 1m                 as long as the function with a source on it may take
  $ heddle queue set orders --dead-letter orders-dead --receives 5
  $ heddle queue set orders --dead-letter none              messages are received until they are deleted, or too old`;

/** `heddle queue` */
export function queueCommand(): Command {
  const command = new Command('queue')
    .description('make and see to queues: messages that wait until somebody has dealt with them')
    .addHelpText('after', `${examples}\nSee also: ${launcher()} env --help`);
  withSettings(command.command('create'))
    .description('make a queue, or see that it is there')
    .argument('<name>', 'letters, digits, - and _')
    .option('--fifo', 'in order, within groups, and without duplicates')
    .action(async (name: string, _options: unknown, sub: Command) => await create(name, sub));
  withSettings(command.command('set'))
    .description('change what a queue is set to; what is not said stays')
    .argument('<name>')
    .addHelpText('after', setExamples)
    .action(async (name: string, _options: unknown, sub: Command) => await set(name, sub));
  command
    .command('list')
    .alias('ls')
    .description('list queues, the fullest first')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('show')
    .description('show what a queue holds, and what it is set to')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await show(name, sub));
  messageCommands(command);
  command
    .command('purge')
    .description('remove all messages of a queue; once a minute at most')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await simply('PurgeQueue', name, 'Purged', sub));
  command
    .command('rm')
    .description('remove a queue and its messages')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await simply('DeleteQueue', name, 'Removed', sub));
  command
    .command('redrive')
    .description('move messages of a dead-letter queue back to where they came from')
    .argument('<name>', 'the dead-letter queue')
    .option('--to <queue>', 'all of them to this one instead')
    .option('--rate <N>', 'so many a second at most')
    .option('--detach', 'do not wait until it is done')
    .action(async (name: string, _options: unknown, sub: Command) => await redrive(name, sub));
  return command;
}

function withSettings(command: Command): Command {
  return command
    .option('--by-content', 'of FIFO queues: the same text within 5 minutes is a duplicate')
    .option('--dead-letter <queue>', 'where messages go that are received too often; made where it is not there')
    .option('--receives <N>', 'with --dead-letter: how often that is (3)')
    .option('--visibility <duration>', 'how long a message is hidden that was received, 12h at most (30s)')
    .option('--delay <duration>', 'how long a new message is hidden, 15m at most (0s)')
    .option('--retention <duration>', 'how long a message is kept, 1m to 14d (4d)')
    .option('--wait <duration>', 'how long receiving waits for a message where it does not say, 20s at most (0s)');
}

function messageCommands(command: Command): void {
  command
    .command('send')
    .description('send a message')
    .argument('<name>', 'of the queue')
    .argument('<text>', 'the message, or - for standard input')
    .option('--group <group>', 'for FIFO queues: what it is in order with')
    .option('--deduplicate <id>', 'for FIFO queues: what is the same within 5 minutes')
    .option('--delay <duration>', 'hidden for so long')
    .option(
      '--attribute <NAME=TEXT>',
      'beside the text; may be repeated',
      (value: string, all: readonly string[] | undefined) => [...(all ?? []), value],
    )
    .action(async (name: string, text: string, _options: unknown, sub: Command) => await send(name, text, sub));
  command
    .command('receive')
    .description('receive messages, print them, and delete them')
    .argument('<name>', 'of the queue')
    .option('--max <N>', '1 to 10', '1')
    .option('--wait <duration>', 'for the first, 20s at most')
    .option('--keep', 'only look: they are not deleted, and can be received again at once')
    .option('--visibility <duration>', 'with --keep: hold them, hidden for so long')
    .action(async (name: string, _options: unknown, sub: Command) => await receive(name, sub));
}

async function simply(operation: string, name: string, word: string, command: Command): Promise<void> {
  await withClient(command, async (client) => sqs(client, operation, { QueueUrl: await queueUrlOf(client, name) }));
  if (wantsJson(command)) return printJson({ [word.toLowerCase()]: name });
  done(`${word} ${name}.`);
}
