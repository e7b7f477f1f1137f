import { Command } from 'commander';
import type { HeddleClient } from '../../../sdk/client.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { formatAge, formatMs, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { expectedLines } from './hint.ts';

const columns = [
  { heading: 'TRIGGER' },
  { heading: 'NOTIFIED' },
  { heading: 'LAST' },
  { heading: 'FOLLOWED BY' },
  { heading: 'CALLS' },
  { heading: 'AT ONCE' },
  { heading: 'AFTER' },
  { heading: 'CERTAINTY' },
  { heading: 'PREPARED' },
];

/** A row for each function that follows, or one that says that none does. */
function rowsOf(trigger: Shape): readonly (readonly string[])[] {
  const about = [
    trigger.text('name'),
    String(trigger.number('notified')),
    `${formatAge(Math.max(0, Date.now() - trigger.number('lastAt')))} ago`,
  ];
  const off = trigger.flag('prepares') ? '' : paint('yellow', 'off');
  const follows = trigger.list('follows');
  if (follows.length === 0) return [[...about, 'nothing yet', '', '', '', '', off]];
  return follows.map((one, n) => [
    ...(n === 0 ? about : ['', '', '']),
    one.text('function'),
    String(one.number('calls')),
    String(one.number('count')),
    formatMs(one.number('delayMs')),
    `${Math.round(one.number('certainty') * 100)} % (${one.number('followed')} of ${one.number('notified')})`,
    off === '' ? (one.flag('prepared') ? paint('green', 'yes') : 'no') : off,
  ]);
}

async function list(command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const triggers = (await client.admin('GET', '/triggers')).list('triggers');
    if (wantsJson(command)) return printJson(triggers);
    if (triggers.length === 0)
      return void process.stderr.write(`No trigger was notified yet: ${launcher()} triggers notify deploy-started\n`);
    process.stdout.write(`${table(columns, triggers.flatMap(rowsOf), process.stdout.columns)}\n`);
  });
}

async function notify(name: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const answer = await client.admin('POST', pathOf(name));
    if (wantsJson(command)) return printJson(answer);
    const expected = answer.list('expected');
    const times = answer.number('notified');
    const nothing = `Notified ${name} (${times} ${times === 1 ? 'time' : 'times'} in all): nothing follows it that is certain enough to prepare for.`;
    process.stdout.write(`${expected.length === 0 ? nothing : expected.map(expectedLines).join('\n')}\n`);
  });
}

async function change(
  name: string,
  command: Command,
  said: string,
  act: (client: HeddleClient) => Promise<Shape>,
): Promise<void> {
  await withClient(command, async (client) => {
    const answer = await act(client);
    if (wantsJson(command)) return printJson(answer);
    process.stderr.write(`${paint('green', '✓', process.stderr)} ${said.replace('NAME', name)}\n`);
  });
}

function pathOf(name: string): string {
  return `/triggers/${encodeURIComponent(name)}`;
}

const examples = `
Examples:
  $ heddle triggers notify deploy-started      something happened; what mostly follows is prepared
  $ heddle triggers                            what follows each: how many calls, how soon, with what certainty
  $ heddle triggers off deploy-started         it goes on learning, and prepares nothing
  $ heddle triggers rm deploy-started          forgets it
  $ heddle triggers --json | jq '.[].follows'

What is called within a minute after a notification is learned from, against what is called anyway; the last 12 notifications count, the
newest most. From a certainty of 60 % on, a notification prepares containers. For programs: POST /heddle/v1/triggers/deploy-started.`;

/** `heddle triggers` */
export function triggersCommand(): Command {
  const command = new Command('triggers')
    .description('notifications that calls follow: what was learned of them')
    .addHelpText('after', examples);
  command
    .command('list', { isDefault: true })
    .alias('ls')
    .description('what follows each trigger, with counts, delays and certainty')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('notify')
    .description('say that something happened, and have prepared what mostly follows')
    .argument('<name>', 'any name; one that is new is remembered')
    .action(async (name: string, _options: unknown, sub: Command) => await notify(name, sub));
  for (const prepares of [true, false])
    command
      .command(prepares ? 'on' : 'off')
      .description(prepares ? 'have its notifications prepare again' : 'let its notifications prepare nothing')
      .argument('<name>', 'name of the trigger')
      .action(
        async (name: string, _options: unknown, sub: Command) =>
          await change(
            name,
            sub,
            prepares ? 'NAME prepares again.' : 'NAME learns on, and prepares nothing.',
            (client) => client.admin('PUT', pathOf(name), { body: { prepares } }),
          ),
      );
  command
    .command('remove')
    .alias('rm')
    .description('forget it, and what was learned')
    .argument('<name>', 'name of the trigger')
    .action(
      async (name: string, _options: unknown, sub: Command) =>
        await change(name, sub, 'NAME is forgotten.', (client) => client.admin('DELETE', pathOf(name))),
    );
  return command;
}
