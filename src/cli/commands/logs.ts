import { Command } from 'commander';
import type { Shape } from '../../sdk/shape.ts';
import { printJson, textFlag, wantsJson, withClient } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { logLineText } from '../output/error-text.ts';
import { paint } from '../output/style.ts';
import { SettingError, parseDuration } from '../settings/parse.ts';
import { refuseUnknownFunction } from '../unknown-function.ts';
import { wholeFlag } from '../whole-flag.ts';

/** The most that the service gives at once. */
const linesMax = 10_000;

/** `10m` ago, or a time as JavaScript reads it; gives milliseconds since the Unix epoch. */
export function parseSince(text: string, nowMs: number): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  try {
    return nowMs - parseDuration(text);
  } catch (cause) {
    if (!(cause instanceof SettingError)) throw cause;
    const message = `--since must be a duration such as 10m, or a time such as 2030-01-31T12:00:00Z; it is "${text}".`;
    throw new CliError(message, exitCodes.usage, { cause });
  }
}

/** An entry's lines, each with the time at which it was printed. */
export function timedLines(entry: Shape): readonly (readonly [wallMs: number, line: string])[] {
  const times = entry.pairs('times');
  let at = 0;
  let next = 0;
  let wallMs = entry.number('wallMs');
  return entry
    .text('text')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      for (; next < times.length && (times[next]?.[0] ?? 0) <= at; next++) wallMs = times[next]?.[1] ?? wallMs;
      at += line.length + 1;
      // The last lines say how it ended, and belong to its end.
      return [/^(END|REPORT) RequestId: /.test(line) ? entry.number('wallMs') : wallMs, line] as const;
    });
}

/** Prints an entry of a log for people. */
export function showLogEntry(entry: Shape): void {
  for (const [wallMs, line] of timedLines(entry)) {
    const time = new Date(wallMs).toISOString().slice(11, 23);
    for (const text of logLineText(line, process.stdout).split('\n'))
      process.stdout.write(`${paint('dim', time)} ${text}\n`);
  }
}

async function logs(name: string, command: Command): Promise<void> {
  const options: { readonly follow?: true; readonly limit?: string } = command.opts();
  const since = textFlag(command, 'since');
  const limit = wholeFlag('limit', options.limit, 1, linesMax);
  await withClient(command, async (client) => {
    if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
    const lines = client.logs(name, {
      follow: options.follow === true,
      ...(since !== undefined && { since: String(parseSince(since, Date.now())) }),
      ...(limit !== undefined && { limit }),
    });
    for await (const line of lines) {
      if (wantsJson(command)) printJson(line);
      else showLogEntry(line);
    }
  });
}

const examples = `
Examples:
  $ heddle logs hello                 what it printed lately
  $ heddle logs hello --follow        and what it prints from now on, until Ctrl-C
  $ heddle logs hello --since 10m`;

/** `heddle logs` */
export function logsCommand(): Command {
  return new Command('logs')
    .description('show what a function printed')
    .argument('<name>', 'name of the function')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('--since <when>', 'only from then on: 10m, 2h, or a time')
    .option('-n, --limit <lines>', 'at most so many')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await logs(name, command));
}
