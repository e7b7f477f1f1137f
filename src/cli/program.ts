import { readFileSync } from 'node:fs';
import { Command, type CommanderError } from 'commander';
import { benchCommand } from './commands/bench.ts';
import { deployCommand } from './commands/deploy.ts';
import { doctorCommand } from './commands/doctor.ts';
import { envCommand } from './commands/env.ts';
import { functionsCommand } from './commands/functions.ts';
import { invokeCommand } from './commands/invoke.ts';
import { logsCommand } from './commands/logs.ts';
import { psCommand } from './commands/ps.ts';
import { rmCommand } from './commands/rm.ts';
import { runCommand } from './commands/run.ts';
import { startCommand } from './commands/start.ts';
import { upCommand } from './commands/up.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes } from './exit.ts';

const help = `
Getting started:
  $ heddle start                            a tour: sets up, starts, shows each start path and its time
  $ heddle up                               only start the service
  $ heddle deploy hello.ts                  in another terminal
  $ heddle invoke hello --payload '{"name": "Ada"}'
  $ heddle run program.ts                   a program that starts threads; needs no service

Exit codes:
  0  done                                   4  the service refused: unknown function, wrong key, no capacity
  1  the function itself failed             5  this machine lacks something that is needed
  2  wrong command line or configuration    6  a start took longer than promised (start --once)
  3  no service answers                     70 a defect in Heddle

HEDDLE_DEBUG=1 shows stack traces.`;

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  return 'unknown';
}

/** What commander says of a wrong command line, with the help that mends it. Help itself is an "error" of commander's, too. */
function refuse(error: CommanderError, words: string): never {
  if (error.exitCode === 0) throw error;
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const hint = `"${launcher()} ${words}--help" lists what there is.`;
  throw new CliError(message, exitCodes.usage, { hint, cause: error });
}

/** The command that the arguments name: the first word that is neither an option nor an option's value. */
function commandIn(args: readonly string[]): string | undefined {
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--home');
}

/** The whole command line interface. Errors are thrown (commander's own for help and version, too), not printed. */
export function makeProgram(): Command {
  // Elsewhere options of the whole program may stand anywhere; behind the file of `run` they are the file's.
  const passThrough = commandIn(process.argv.slice(2)) === 'run';
  const program = new Command('heddle')
    .description('Threads as a service: user code in warmed, isolated instances, started in milliseconds.')
    // Commander prints it as soon as it meets the flag, and may not have met --json yet.
    .version(process.argv.includes('--json') ? JSON.stringify({ version: version() }) : version())
    .option('--home <DIR>', 'state of the service (default: ~/.heddle; HEDDLE_HOME)')
    .option('--json', 'print JSON on stdout, for programs')
    .addHelpText('after', help)
    .enablePositionalOptions(passThrough)
    .configureHelp({ showGlobalOptions: true });
  const bench = benchCommand();
  const commands = [
    startCommand(),
    upCommand(),
    deployCommand(),
    invokeCommand(),
    runCommand(passThrough),
    logsCommand(),
    psCommand(),
    functionsCommand(),
    rmCommand(),
    envCommand(),
    doctorCommand(),
    bench,
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  // The benchmark has a help of its own; what is inherited would take its flag away.
  bench.helpOption(false);
  for (const command of [program, ...commands])
    command
      .exitOverride((error) => refuse(error, command === program ? '' : `${command.name()} `))
      .configureOutput({ writeErr: () => undefined });
  return program;
}
