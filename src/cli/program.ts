import { readFileSync } from 'node:fs';
import { Command, type CommanderError } from 'commander';
import { commands } from './commands.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes } from './exit.ts';

const help = `
Getting started:
  $ heddle start                            a tour: sets up, starts, shows each start path and its time
  $ heddle up                               only start the service
  $ heddle deploy hello.ts                  in another terminal
  $ heddle invoke hello --payload '{"name": "Ada"}'
  $ heddle dev hello.ts                     the same, again at each save, with its log
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

/** What commander says of a wrong command line, with the help that mends it. Help itself is an "error" of commander's, too, also where it was not asked for. */
function refuse(error: CommanderError, words: string): never {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const hint = `"${launcher()} ${words}--help" lists what there is.`;
  throw new CliError(message, exitCodes.usage, { hint, cause: error });
}

/** The command that the arguments name: the first word that is neither an option nor an option's value. */
function commandIn(args: readonly string[]): string | undefined {
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--home');
}

/** The same where nothing but the options of all commands stands before it: then nobody asks for what other commands there are. */
function plainCommandIn(args: readonly string[]): string | undefined {
  const name = commandIn(args);
  const before = name === undefined ? [] : args.slice(0, args.indexOf(name));
  return before.some((arg) => arg.startsWith('-') && !/^--(json|home(=.*)?)$/.test(arg)) ? undefined : name;
}

/**
 * The command line interface: of the one command that is meant, or of all where that is none of them. Errors are thrown (commander's own for
 * help and version, too), not printed.
 */
export async function makeProgram(): Promise<Command> {
  const args = process.argv.slice(2);
  // Elsewhere options of the whole program may stand anywhere; behind the file of `run` they are the file's.
  const passThrough = commandIn(args) === 'run';
  const program = new Command('heddle')
    .description('Threads as a service: user code in warmed, isolated instances, started in milliseconds.')
    // Commander prints it as soon as it meets the flag, and may not have met --json yet.
    .version(args.includes('--json') ? JSON.stringify({ version: version() }) : version())
    .option('--home <DIR>', 'state of the service (default: ~/.heddle; HEDDLE_HOME)')
    .option('--json', 'print JSON on stdout, for programs')
    .addHelpText('after', help)
    .enablePositionalOptions(passThrough)
    .configureHelp({ showGlobalOptions: true });
  const named = plainCommandIn(args);
  const only = named === undefined ? undefined : commands.get(named);
  const loads = only === undefined ? [...commands.values()] : [only];
  for (const command of await Promise.all(loads.map((load) => load(passThrough)))) {
    program.addCommand(command.copyInheritedSettings(program));
    // The benchmark has a help of its own; what is inherited would take its flag away.
    if (command.name() === 'bench') command.helpOption(false);
  }
  refuseAll(program, '');
  return program;
}

/** Of a command and all below it; `words`: what leads there. */
function refuseAll(command: Command, words: string): void {
  command.exitOverride((error) => refuse(error, words)).configureOutput({ outputError: () => undefined });
  for (const each of command.commands) refuseAll(each, `${words}${each.name()} `);
}
