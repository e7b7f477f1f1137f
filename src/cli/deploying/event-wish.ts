import type { FunctionOptions } from '../../sdk/function-options.ts';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../exit.ts';

/** What flags say of how a function's events are tried again, and where they go when they were given up. */
export interface EventFlags {
  readonly eventRetries?: string;
  readonly eventDelays?: string;
  readonly eventAge?: string;
  readonly deadLetter?: string;
}

/**
 * The tags that say it; whether they can be meant, the service says. A dead-letter queue that is named is one of the service, whose account and
 * region `deployment.ts` puts in. Throws CliError (usage).
 */
export function eventWish({
  eventRetries,
  eventDelays,
  eventAge,
  deadLetter,
}: EventFlags): Pick<FunctionOptions, 'tags' | 'deadLetter'> {
  const tags = {
    ...(eventRetries !== undefined && { 'heddle:event-retries': eventRetries }),
    ...(eventDelays !== undefined && { 'heddle:event-delays': eventDelays }),
    ...(eventAge !== undefined && { 'heddle:event-age': eventAge }),
  };
  return {
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(deadLetter !== undefined && { deadLetter: checkedQueue(deadLetter) }),
  };
}

/** '' for none. */
function checkedQueue(text: string): string {
  if (text === 'none') return '';
  if (text.startsWith('arn:') || /^[\w-]{1,80}$/.test(text)) return text;
  throw new CliError(
    `--dead-letter must be the name of a queue (1 to 80 letters, digits, - and _), its ARN, or none; it is "${text}".`,
    exitCodes.usage,
  );
}

/** The options that say it. */
export function withEventOptions(command: Command): Command {
  return command
    .option(
      '--event-retries <number>',
      'how often an event is tried again when the function failed, 0 to 100 (default: 2)',
    )
    .option('--event-delays <times>', 'after how long: before the first, the second, and all others (default: "1m 2m")')
    .option('--event-age <time>', 'how old an event may get before it is given up, 1m to 14d (default: 6h)')
    .option('--dead-letter <queue>', 'queue that takes the events that were given up, by name or ARN; none: without');
}
