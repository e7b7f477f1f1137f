import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { launcher, textFlag } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { isLive } from '../output/progress.ts';

/** Becomes the program: signals, streams and the exit code are its own. Does not return. */
function run(file: string, args: readonly string[], command: Command): never {
  const path = resolve(file);
  if (!existsSync(path))
    throw new CliError(`There is no file ${path} to run.`, exitCodes.usage, {
      hint: `Name a program that imports heddle: ${launcher()} run FILE`,
    });
  const home = textFlag(command, 'home');
  const env = {
    ...process.env,
    ...(home !== undefined && { HEDDLE_HOME: resolve(home) }),
    ...(process.env['HEDDLE_PROGRESS'] === undefined &&
      isLive(process.stderr, process.env) && { HEDDLE_PROGRESS: '1' }),
  };
  if (process.execve === undefined) throw new Error('This Node cannot become another program.');
  return process.execve(process.execPath, [process.execPath, path, ...args], env);
}

const examples = `
Examples:
  $ heddle run program.ts                     whatever this machine's own node is
  $ heddle run program.ts --verbose a.txt     what follows FILE is the program's
  $ HEDDLE_DRIVER=gvisor heddle run program.ts

The program runs on the Node that Heddle is pinned to, which runs TypeScript as it is; "import { spawn } from 'heddle'"
gives it threads. They run on the service that HEDDLE_URL names, else on the one that runs on this machine (heddle up),
else on one in the program's own process, which ends with it. The exit code is the program's. On a terminal a bar on its last line
says how far its maps are; HEDDLE_PROGRESS=0 does without.`;

/** `heddle run`. `passThrough`: what follows FILE is left alone, which commander can only do where its parent does, too. */
export function runCommand(passThrough: boolean): Command {
  return new Command('run')
    .description('run a program that starts threads, with the pinned Node')
    .argument('<file>', 'TypeScript or JavaScript')
    .argument('[args...]', 'for the program')
    .passThroughOptions(passThrough)
    .addHelpText('after', examples)
    .action((file: string, args: readonly string[], _options: unknown, command: Command) => run(file, args, command));
}
