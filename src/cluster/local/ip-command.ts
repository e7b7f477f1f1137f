import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a program to its end, with this on its standard input. Throws with what it said last. */
async function runCommand(command: readonly string[], input: string): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  // One that ends before it has read says why itself.
  child.stdin.on('error', () => undefined).end(input);
  const [[code], out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code === 0) return out;
  throw new Error(
    `\`${command.join(' ')}\` failed: ${errors.trim() || `exit code ${String(code)}`}${input && `\n${input}`}`,
  );
}

/** Runs iproute2's `ip` with these words. Throws with what it said. */
export async function ip(...words: readonly string[]): Promise<string> {
  return await runCommand(['ip', ...words], '');
}

/** Runs several commands of `ip`, a line each, in one process; in a network namespace where one is named. */
export async function ipBatch(namespace: string | undefined, lines: readonly string[]): Promise<void> {
  const inside = namespace === undefined ? [] : ['-n', namespace];
  await runCommand(['ip', ...inside, '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Runs a command in a named network namespace. */
export async function runIn(namespace: string, ...command: readonly string[]): Promise<string> {
  return await runCommand([...enter(namespace), ...command], '');
}

/** What a command begins with that is to run in a named network namespace; the process becomes what follows. */
export function enter(namespace: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, '--'];
}
