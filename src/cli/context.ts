import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { HeddleClient } from '../sdk/client.ts';
import { type Connection, findConnection, NoServiceError } from '../sdk/connection.ts';
import { CliError, exitCodes } from './exit.ts';
import { readSettings } from './settings.ts';

/** How this program was called, for commands that a person can copy: `./heddle`, `heddle`, `npx heddle`. */
export function launcher(): string {
  const path = process.env['HEDDLE_LAUNCHER'] ?? 'heddle';
  if (path.includes('/_npx/') || path.includes('/node_modules/')) return 'npx heddle';
  const onPath = (process.env['PATH'] ?? '').split(':').some((dir) => path === `${dir}/${basename(path)}`);
  return onPath ? basename(path) : path;
}

/** The same for the service of a home, said so that another command finds it: nothing of it where a command finds it by itself. */
export function launcherFor(home: string): string {
  const usual = readSettings({ flags: {}, environment: process.env }).home;
  return home === usual ? launcher() : `${launcher()} --home ${shortPath(home)}`;
}

/** A path as a person writes it to a shell: `~` for the user's own folder. */
export function shortPath(path: string): string {
  const own = process.env['HOME'] ?? '';
  return own !== '' && path.startsWith(`${own}/`) ? `~${path.slice(own.length)}` : path;
}

/** Flags of a command and of the program it belongs to. */
export function flagsOf(command: Command): Record<string, unknown> {
  return command.optsWithGlobals<Record<string, unknown>>();
}

/** Whether one JSON value is wanted on stdout instead of words. */
export function wantsJson(command: Command): boolean {
  return flagsOf(command)['json'] === true;
}

/** A flag that takes a text, or undefined where it was not given. */
export function textFlag(command: Command, key: string): string | undefined {
  const value = flagsOf(command)[key];
  return typeof value === 'string' ? value : undefined;
}

/** How this program is called for the home that this command means. */
export function launcherOf(command: Command): string {
  const home = textFlag(command, 'home');
  return home === undefined ? launcher() : launcherFor(resolve(home));
}

/** Where the service of this home is. Throws CliError (unreachable). */
export function connectionOf(command: Command): Connection {
  // `--host` and the like belong to a service that is being started; here only the home matters.
  const home = textFlag(command, 'home');
  const { home: directory } = readSettings({ flags: home === undefined ? {} : { home }, environment: process.env });
  try {
    return findConnection(directory, process.env);
  } catch (cause) {
    if (!(cause instanceof NoServiceError)) throw cause;
    throw new CliError(cause.message, exitCodes.unreachable, {
      hint: `Start one with "${launcher()} up", or name its home with --home DIR or HEDDLE_HOME.`,
      cause,
    });
  }
}

/** Runs `work` with a client of this home's service, and closes the client. */
export async function withClient<T>(command: Command, work: (client: HeddleClient) => Promise<T>): Promise<T> {
  using client = new HeddleClient(connectionOf(command));
  return await work(client);
}

/** Prints a JSON value on a line of its own. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
