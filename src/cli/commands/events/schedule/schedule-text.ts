import type { Shape } from '../../../../sdk/shape.ts';
import { CliError, exitCodes } from '../../../exit.ts';

/** A time as people read it; nothing for none. */
export function timeText(seconds: number): string {
  return seconds === 0 ? '' : new Date(seconds * 1_000).toISOString().replace('T', ' ').slice(0, 16);
}

/** What a schedule sends to: `report:live`, `queue jobs`. */
export function targetText(arn: string): string {
  const [, , service, , , ...rest] = arn.split(':');
  if (service === 'sqs') return `queue ${rest.join(':')}`;
  return service === 'lambda' ? rest.slice(1).join(':') : arn;
}

/** A schedule as it is called on the command line: its group stands before its name where that is not `default`. */
export function nameOf(schedule: Shape): string {
  const group = schedule.text('GroupName');
  return group === 'default' ? schedule.text('Name') : `${group}/${schedule.text('Name')}`;
}

/** The same the other way about. Throws CliError. */
export function groupedName(given: string): { readonly group: string; readonly name: string } {
  const [group = '', name, more] = given.split('/');
  if (more !== undefined) throw new CliError(`A schedule is NAME or GROUP/NAME; it is "${given}".`, exitCodes.usage);
  return name === undefined ? { group: 'default', name: group } : { group, name };
}
