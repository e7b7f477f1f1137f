import { Command, Option } from 'commander';
import { limits } from '../../../model/limits.ts';
import { ServiceError } from '../../../sdk/service-error.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { parseDuration, SettingError } from '../../settings/parse.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';
import { wholeFlag } from '../../whole-flag.ts';

/** The time that a flag was given, ms. Throws CliError (usage). */
function durationFlag(flag: string, text: string): number {
  const ms = parsed(flag, text);
  const { expectedMsMax: most, expectedMsMin: least } = limits;
  if (ms >= least && ms <= most) return ms;
  throw new CliError(`--${flag} must be from ${least}ms to ${most / 60_000}m; it is "${text}".`, exitCodes.usage);
}

function parsed(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (!(cause instanceof SettingError)) throw cause;
    throw new CliError(`--${flag} ${cause.message}; it is "${text}".`, exitCodes.usage, { cause });
  }
}

/** What came of an expectation, for people: a line, and one for each reason why not all is prepared. */
export function expectedLines(answer: Shape): string {
  const [taken, ready] = [answer.number('taken'), answer.number('ready')];
  const name = paint('bold', answer.text('function'));
  const rest = taken - ready;
  const how = [...(ready > 0 ? [`${ready} ready already`] : []), ...(rest > 0 ? [`${rest} being prepared`] : [])];
  const head =
    taken === 0
      ? `${paint('yellow', '!')} Nothing is prepared for ${name}.`
      : `${paint('green', '✓')} ${name}: ${taken} of ${answer.number('count')} expected calls (${how.join(', ')}).`;
  const refused = answer.list('refused').map((one) => `  ${one.number('count')} not: ${one.text('message')}`);
  return [head, ...refused].join('\n');
}

async function hint(name: string, command: Command): Promise<void> {
  const { expect, within } = command.opts<{ readonly expect: string; readonly within: string }>();
  const count = wholeFlag('expect', expect, 1, limits.hintedCallsMax);
  const withinMs = durationFlag('within', within);
  await withClient(command, async (client) => {
    const answer = await client
      .admin('POST', '/hints', { body: { function: name, count, withinMs } })
      .catch(async (error: unknown) => {
        if (error instanceof ServiceError && error.status === 404) return await refuseUnknownFunction(client, name);
        throw error;
      });
    if (wantsJson(command)) return printJson(answer);
    process.stdout.write(`${expectedLines(answer)}\n`);
  });
}

const examples = `
Examples:
  $ heddle hint resize --expect 50 --within 30s     50 calls at once will come in the next 30 seconds
  $ heddle hint resize:live                         one call of what the alias leads to
  $ heddle hint resize --expect 8 --json | jq .taken

Containers are made, given the code and initialised before the calls are there; what nobody has used in time is let go. It costs other
calls nothing: it gives way to whoever runs or waits, and its memory counts against the account's limits.
The same for programs: POST /heddle/v1/hints, remote(…).name.expect(8), and the header Heddle-Expect: resize=8;within=30s of any invocation.`;

/** `heddle hint` */
export function hintCommand(): Command {
  return new Command('hint')
    .description('say that calls of a function will come: what they need is prepared')
    .argument('<function>', 'name of the function, or name:version or name:alias')
    .addOption(new Option('--expect <N>', 'so many calls at once').default('1'))
    .addOption(new Option('--within <time>', 'from now on, such as 500ms, 30s or 5m').default('30s'))
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await hint(name, command));
}
