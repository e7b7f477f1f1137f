import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import lockfile from 'proper-lockfile';
import { textFlag } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { readSettings } from '../settings.ts';

/** A lock that nobody has renewed for so long is a dead process's, ms. */
const lockStaleMs = 15_000;
/** How often it is looked whether it is. */
const lockLookMs = 500;

/** Where the local cluster is that a command means. */
export function localFolderOf(command: Command): string {
  const given = textFlag(command, 'folder');
  if (given !== undefined) return resolve(given);
  const home = textFlag(command, 'home');
  return join(readSettings({ flags: home === undefined ? {} : { home }, environment: process.env }).home, 'cluster');
}

const fileOf = (folder: string): string => join(folder, 'running.json');

/** A folder that this process has to itself. */
export interface ClaimedFolder extends AsyncDisposable {
  /** Says in it how one more host joins. */
  isUp(up: WayIn): Promise<void>;
}

/** How a host joins a local cluster. */
export interface WayIn {
  /** URLs of its NATS servers. */
  readonly nats: readonly string[];
  /** Seed of the hosts' NATS user. */
  readonly keyFile: string;
  /** How many hosts it was started with. */
  readonly hosts: number;
}

/** How one more host joins the cluster of a folder; undefined where none runs there, or it is not up yet. */
export async function wayInto(folder: string): Promise<WayIn | undefined> {
  if ((await runningIn(folder)) === undefined) return undefined;
  const said: Partial<WayIn> = JSON.parse(await readFile(fileOf(folder), 'utf8'));
  const { nats, keyFile, hosts } = said;
  return nats === undefined || keyFile === undefined || hosts === undefined ? undefined : { nats, keyFile, hosts };
}

/**
 * Takes the folder of a local cluster for this process, and says there which one that is. Throws CliError where another process has it.
 */
export async function claimFolder(folder: string): Promise<ClaimedFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // What a killed process had is free when its lock is stale; what it had started has ended by then.
  const isDead = (await ownerOf(folder))?.isAlive === false;
  const retries = isDead ? { retries: lockStaleMs / lockLookMs + 2, factor: 1, minTimeout: lockLookMs } : 0;
  const options = { stale: lockStaleMs, realpath: false, retries };
  const release = await lockfile.lock(folder, options).catch((cause: unknown) => {
    throw new CliError(`Another process runs the cluster in ${folder}.`, exitCodes.refused, {
      hint: 'End it with Ctrl-C there or with "cluster down", or use another --folder.',
      cause,
    });
  });
  const say = async (more: object): Promise<void> =>
    await writeFile(fileOf(folder), `${JSON.stringify({ pid: process.pid, ...more })}\n`, { mode: 0o600 });
  await say({});
  return {
    isUp: async (up) => await say(up),
    [Symbol.asyncDispose]: async () => {
      await rm(fileOf(folder), { force: true });
      await release();
    },
  };
}

/** The process that runs the cluster of a folder; undefined where none does. */
export async function runningIn(folder: string): Promise<number | undefined> {
  const owner = await ownerOf(folder);
  if (owner?.isAlive !== true) return undefined;
  return (await lockfile.check(folder, { stale: lockStaleMs, realpath: false })) ? owner.pid : undefined;
}

/** Who has said last that it runs the cluster of a folder, and has not said that it ended. */
async function ownerOf(folder: string): Promise<{ readonly pid: number; readonly isAlive: boolean } | undefined> {
  const text = await readFile(fileOf(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number')
    throw new CliError(`${fileOf(folder)} does not say which process runs the cluster.`, exitCodes.defect);
  const { pid } = value;
  return { pid, isAlive: isAlive(pid) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
