import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { ServiceError } from '../sdk/service-error.ts';
import { UnreachableError } from '../sdk/signed-http.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes, type ExitCode } from './exit.ts';
import { paint } from './output/style.ts';
import { wrap } from './output/table.ts';
import { makeProgram } from './program.ts';

/** Below `heddle:`. */
const indent = ' '.repeat('heddle: '.length);

interface Complaint {
  readonly message: string;
  readonly exitCode: ExitCode;
  readonly hint?: string | undefined;
}

function complaintOf(error: unknown): Complaint {
  if (error instanceof CliError) return error;
  if (error instanceof UnreachableError) {
    const hint = `Start one with "${launcher()} up".`;
    return { message: error.message, exitCode: exitCodes.unreachable, hint };
  }
  if (error instanceof ServiceError)
    return { message: `${error.message} (${error.type})`, exitCode: exitCodes.refused };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message,
    exitCode: exitCodes.defect,
    hint: 'This is a defect in Heddle: please report it with the lines above.',
  };
}

function complain(error: unknown): void {
  // Help and version are "errors" of commander's that are none; what a command that says nothing is told is help as well.
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) process.exitCode = exitCodes.usage;
    return;
  }
  const { message, exitCode, hint } = complaintOf(error);
  const width = process.stderr.isTTY ? process.stderr.columns - indent.length : Number.POSITIVE_INFINITY;
  // What another process wrote is shown as it is.
  const fitting = (line: string): readonly string[] => (/^[{\s]/.test(line) ? [line] : wrap(line, width));
  const lines = (text: string): string => text.split('\n').flatMap(fitting).join(`\n${indent}`);
  // A stack is shown as it is.
  const shown = exitCode === exitCodes.defect ? message : lines(message);
  process.stderr.write(`${paint('red', 'heddle:', process.stderr)} ${shown}\n`);
  if (hint !== undefined) process.stderr.write(`${indent}${lines(hint)}\n`);
  if (process.env['HEDDLE_DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${inspect(error)}\n`);
  process.exitCode = exitCode;
}

/** Runs the command line of this process; ends with an exit code set, and never throws. */
export async function run(): Promise<void> {
  // A reader that has gone (`heddle logs x | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    const program = await makeProgram();
    await program.parseAsync();
  } catch (error) {
    complain(error);
  }
}
