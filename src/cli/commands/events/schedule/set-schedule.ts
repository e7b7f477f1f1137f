import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import { getSchedule, setSchedule, type ScheduleInput } from '../../../../sdk/schedules.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { connectionOf, launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { paint } from '../../../output/style.ts';
import { missingEnds } from './missing-ends.ts';
import { inputOf, type ScheduleFlags } from './schedule-input.ts';
import { groupedName, timeText } from './schedule-text.ts';

/** `heddle schedule set`: makes a schedule, or changes of one what is said. */
export async function set(given: string, target: string | undefined, command: Command): Promise<void> {
  const flags: ScheduleFlags = command.opts();
  const { name, group } = nameIn(given, flags.group);
  await withClient(command, async (client) => {
    const account = (await client.admin('GET', '/accounts/self')).text('id');
    const before = await ifThere(client, name, group);
    const input = inputOf({ account, region: connectionOf(command).region }, target, flags, before);
    const answer = await setSchedule(client, name, { ...input, GroupName: group });
    const made = await ifThere(client, name, group);
    const ends = made === undefined ? [] : await missingEnds(client, made);
    for (const sentence of [...leftOut(input, made), ...ends])
      process.stderr.write(`${paint('yellow', '!', process.stderr)} ${sentence}\n`);
    if (wantsJson(command)) return printJson(made ?? answer);
    const what = made === undefined ? String(input['ScheduleExpression']) : whenText(made);
    process.stderr.write(
      `${paint('green', '✓', process.stderr)} ${given} is ${what}. ${dueText(given, answer.number('NextDate'), made)}\n`,
    );
  });
}

/** What it was told or had, and does not keep: whatever happens once has no first and last day. */
function leftOut(input: ScheduleInput, made: Shape | undefined): string[] {
  if (made === undefined) return [];
  const names = (['StartDate', 'EndDate'] as const).filter(
    (name) => input[name] !== undefined && made.number(name) === 0,
  );
  return names.map((name) => `Its ${name === 'StartDate' ? 'start' : 'end'} is gone: ${whenText(made)} is due once.`);
}

/** When it is due. `first`: by what was just said; of a rate that is new that is now, and it is due again when it is looked at. */
function dueText(given: string, first: number, made: Shape | undefined): string {
  if (made === undefined) return 'It was due at once, and is over.';
  if (made.text('State') === 'DISABLED')
    return `It is disabled, and is never due before "${launcher()} schedule enable ${given}".`;
  const next = timeText(made.number('NextDate'));
  if (first === 0 || first > made.number('LastModificationDate'))
    return next === '' ? 'It is never due.' : `It is due next at ${next} UTC.`;
  const minutes = made.object('FlexibleTimeWindow').number('MaximumWindowInMinutes');
  const now = minutes === 0 ? 'It is due at once' : `It is due within ${minutes} minutes from now`;
  return made.number('NextDate') > first ? `${now}, and next at ${next} UTC.` : `${now}.`;
}

function whenText(made: Shape): string {
  const zone = made.text('ScheduleExpressionTimezone');
  const expression = made.text('ScheduleExpression');
  return zone === 'UTC' || expression.startsWith('rate') ? expression : `${expression} in ${zone}`;
}

function nameIn(given: string, flag: string | undefined): { readonly group: string; readonly name: string } {
  const { name, group } = groupedName(given);
  if (flag === undefined) return { name, group };
  if (!given.includes('/') || group === flag) return { name, group: flag };
  throw new CliError(`${given} is in the group ${group}, and --group says ${flag}: say one of them.`, exitCodes.usage);
}

async function ifThere(client: HeddleClient, name: string, group: string): Promise<Shape | undefined> {
  try {
    return await getSchedule(client, name, group);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}
