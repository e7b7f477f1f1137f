import { Command, Option } from 'commander';
import { deleteSchedule, getSchedule, schedulesOf, setSchedule } from '../../../../sdk/schedules.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { paint } from '../../../output/style.ts';
import { table, type Column } from '../../../output/table.ts';
import { groupedName, nameOf, targetText, timeText } from './schedule-text.ts';
import { set } from './set-schedule.ts';

async function list(command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const schedules = await Array.fromAsync(schedulesOf(client));
    if (wantsJson(command)) return printJson(schedules);
    if (schedules.length === 0)
      return void process.stderr.write(
        `There are no schedules. Make one: ${launcher()} schedule set nightly hello --cron '30 2 * * ? *'\n`,
      );
    const columns: readonly Column[] = [
      ...['SCHEDULE', 'WHEN', 'TARGET', 'STATE', 'DUE NEXT (UTC)'].map((heading) => ({ heading })),
      ...['DELIVERED', 'FAILED', 'WAITING'].map((heading) => ({ heading, align: 'right' }) as const),
    ];
    process.stdout.write(`${table(columns, schedules.map(rowOf))}\n`);
  });
}

function rowOf(schedule: Shape): readonly string[] {
  const counts = schedule.object('Counts');
  const failed = String(counts.number('Failed'));
  return [
    paint('bold', nameOf(schedule)),
    `${schedule.text('ScheduleExpression')} ${zoneOf(schedule)}`.trim(),
    targetText(schedule.object('Target').text('Arn')),
    schedule.text('State').toLowerCase(),
    timeText(schedule.number('NextDate')) || 'never',
    String(counts.number('Delivered')),
    failed === '0' ? failed : paint('red', failed),
    String(counts.number('Waiting')),
  ];
}

function zoneOf(schedule: Shape): string {
  const zone = schedule.text('ScheduleExpressionTimezone');
  return zone === 'UTC' ? '' : zone;
}

async function show(given: string, command: Command): Promise<void> {
  const { name, group } = groupedName(given);
  const found = await withClient(command, (client) => getSchedule(client, name, group));
  if (wantsJson(command)) return printJson(found);
  const target = found.object('Target');
  const counts = found.object('Counts');
  const window = found.object('FlexibleTimeWindow').number('MaximumWindowInMinutes');
  const lost = counts.number('DeadLettersLost');
  const deadLetters = target.object('DeadLetterConfig').text('Arn');
  const rows: readonly (readonly [string, string])[] = [
    ['when', `${found.text('ScheduleExpression')} ${found.text('ScheduleExpressionTimezone')}`],
    ['target', targetText(target.text('Arn'))],
    ['input', inputText(target.text('Input'))],
    ['state', found.text('State').toLowerCase()],
    ['due next', timeText(found.number('NextDate')) || 'never'],
    ['due last', timeText(found.number('LastDate')) || 'never'],
    [
      'delivered',
      `${counts.number('Delivered')}, failed ${counts.number('Failed')}, waiting ${counts.number('Waiting')}, missed ${counts.number('Missed')}`,
    ],
    ['last error', errorText(found)],
    ['catch up', found.text('CatchUp')],
    ['window', window === 0 ? 'off' : `${window} min`],
    ['dead letters', deadLetters === '' ? 'nowhere' : targetText(deadLetters)],
    ...(lost === 0 ? [] : [['lost', `${paint('red', String(lost))}, which that queue did not take`] as const]),
  ];
  process.stdout.write(`${table([{ heading: nameOf(found) }, { heading: '' }], rows)}\n`);
}

const inputShownMax = 200;

/** All of a short one, the beginning of another; `--json` has all. */
function inputText(input: string): string {
  if (input === '') return 'an event of EventBridge’s form';
  const characters = [...input];
  if (characters.length <= inputShownMax) return input;
  return `${characters.slice(0, inputShownMax).join('')}… (${characters.length.toLocaleString('en-US')} characters)`;
}

function errorText(schedule: Shape): string {
  const text = schedule.text('LastError');
  return text === '' ? 'none' : `${timeText(schedule.number('LastErrorDate'))} ${paint('red', text)}`;
}

async function setState(given: string, state: 'ENABLED' | 'DISABLED', command: Command): Promise<void> {
  const { name, group } = groupedName(given);
  await withClient(command, async (client) => {
    const found = await getSchedule(client, name, group);
    const made = await setSchedule(client, name, {
      ...found.toJSON(),
      GroupName: group,
      State: state,
    });
    if (wantsJson(command)) return printJson(made);
    process.stderr.write(`${given} is ${state.toLowerCase()} now.\n`);
  });
}

async function remove(given: string, command: Command): Promise<void> {
  const { name, group } = groupedName(given);
  await withClient(command, (client) => deleteSchedule(client, name, group));
  if (wantsJson(command)) return printJson({ removed: given });
  process.stderr.write(`Removed ${given}. What was due of it already is still delivered.\n`);
}

const examples = `
Examples:
  $ heddle schedule set nightly report --cron '30 2 * * ? *' --time-zone Europe/Berlin
  $ heddle schedule set pulse hello --every 5m --input '{"at": "<aws.scheduler.scheduled-time>"}'
  $ heddle schedule set party hello --at 2027-01-31T20:00:00 --once
  $ heddle schedule set jobs --queue work --every 1h --dead-letter dead
  $ heddle schedule set nightly --cron '0 3 * * ? *'          changes when, and nothing else
  $ heddle schedule set jobs --no-dead-letter
  $ heddle schedule ls                                        what was delivered, failed, and waits
  $ heddle schedule disable nightly

Cron has AWS's six fields: minutes hours day-of-month month day-of-week year; one of the two days is '?'.
Where clocks are put forward, a time that they leave out is skipped; where they are put back, one that they show twice happens once.`;

/** `heddle schedule` */
export function scheduleCommand(): Command {
  const command = new Command('schedule')
    .description('call functions, and send to queues, at times: set, list, show, enable, disable, remove')
    .addHelpText('after', examples);
  command
    .command('set')
    .description('make a schedule, or change what is said of the one of that name')
    .argument('<name>', 'name of the schedule, or GROUP/NAME')
    .argument('[function]', 'function that is called, also NAME:ALIAS')
    .option('--queue <queue>', 'queue that is sent to, in the place of a function')
    .option('--cron <fields>', "six fields, as in '30 2 * * ? *'")
    .option('--every <duration>', 'such as 5m, 2h or 1d: at once, or from --start, and then so often')
    .option('--at <time>', 'once, such as 2027-01-31T20:00:00')
    .option('--time-zone <zone>', 'of the IANA database, such as Europe/Berlin (default: UTC)')
    .option('--input <json>', 'what is sent; <aws.scheduler.scheduled-time> and the like are replaced')
    .option('--no-input', 'send an event of EventBridge’s form')
    .option('--window <duration>', 'put each off by a random part of it, such as 15m, 24h at most')
    .option('--no-window', 'put none off')
    .option('--start <time>', 'not before')
    .option('--no-start', 'from now on')
    .option('--end <time>', 'not after')
    .option('--no-end', 'for ever')
    .option('--retries <count>', 'how often a delivery that fails is tried again, 0 to 185')
    .option('--dead-letter <queue>', 'where goes what could not be delivered')
    .option('--no-dead-letter', 'nowhere')
    .option('--group <group>', 'group of schedules (default: default)')
    .addOption(new Option('--catch-up <what>', 'of what was due while no service ran').choices(['last', 'all', 'none']))
    .option('--once', 'remove it after its last time')
    .option('--no-once', 'keep it then')
    .option('--disabled', 'do not let it be due yet')
    .action(
      async (name: string, target: string | undefined, _options: unknown, sub: Command) => await set(name, target, sub),
    );
  command
    .command('list')
    .alias('ls')
    .description('list schedules with when they are due next')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  const one = (name: string, description: string, action: (given: string, sub: Command) => Promise<void>): void => {
    command
      .command(name)
      .description(description)
      .argument('<name>', 'schedule, or GROUP/NAME')
      .action(async (given: string, _options: unknown, sub: Command) => await action(given, sub));
  };
  one('show', 'what a schedule does, and has done', show);
  one('enable', 'let it be due', (given, sub) => setState(given, 'ENABLED', sub));
  one('disable', 'keep it, and let it never be due', (given, sub) => setState(given, 'DISABLED', sub));
  one('rm', 'remove a schedule', remove);
  return command;
}
