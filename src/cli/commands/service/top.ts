import { Command } from 'commander';
import { connectionOf, printJson, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { StopSignal } from '../../stop-signal.ts';
import { onePicture, pictures, watchOnScreen } from '../../top/live.ts';
import { atFirst } from '../../top/state.ts';
import { view } from '../../top/view.ts';
import type { Watch } from '../../top/watched.ts';

const [intervalSecondsMin, intervalSecondsMax] = [0.5, 60];
/** Where there is no terminal that says how wide it is. */
const usualColumns = 120;

interface TopFlags {
  readonly interval: string;
  readonly once?: true;
}

function intervalMs(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= intervalSecondsMin && seconds <= intervalSecondsMax) return seconds * 1_000;
  throw new CliError(
    `--interval is to be a number of seconds, from ${intervalSecondsMin} to ${intervalSecondsMax}; it is "${text}".`,
    exitCodes.usage,
  );
}

async function top(command: Command): Promise<void> {
  const { interval, once }: TopFlags = command.opts();
  const watch: Watch = { find: () => connectionOf(command), intervalMs: intervalMs(interval) };
  const onTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (onTerminal && once !== true && !wantsJson(command)) return await watchOnScreen(watch);
  using stop = new StopSignal();
  if (wantsJson(command) && once !== true) {
    for await (const picture of pictures(watch, stop.signal)) printJson({ at: new Date().toISOString(), ...picture });
    return;
  }
  const { picture, about } = await onePicture(watch, stop.signal);
  if (wantsJson(command)) return printJson({ at: new Date().toISOString(), ...picture });
  const columns = process.stdout.isTTY ? process.stdout.columns : usualColumns;
  const { lines } = view(picture, about, atFirst, columns, undefined);
  process.stdout.write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
}

const examples = `
Examples:
  $ heddle top                           until q: s sorts, / filters, p holds it still, Tab and arrows go through lists
  $ heddle top --interval 0.5
  $ heddle top --once                    one picture, after one interval, and all of it
  $ heddle top --json | jq .callsPerSecond

Without a terminal it shows one picture. Each container is a character: ● runs, ○ is idle, ◌ starts, · is blank, × ends.`;

/** `heddle top` */
export function topCommand(): Command {
  return new Command('top')
    .description('watch instances and their containers, starts by path, and functions, live')
    .option(
      '--interval <seconds>',
      `rates are of so long, ${intervalSecondsMin} to ${intervalSecondsMax}; with --json also the time between two pictures`,
      '1',
    )
    .option('--once', 'one picture, then end')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await top(command));
}
