import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { HeddleClient } from '../../../sdk/client.ts';
import {
  connectionOf,
  flagsOf,
  launcher,
  launcherFor,
  printJson,
  shortPath,
  textFlag,
  wantsJson,
} from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import { paint } from '../../output/style.ts';
import { readSettings } from '../../settings.ts';
import { untilEmpty } from './drain.ts';

const lookMs = 100;
/** In a home, what is not the host's to throw away: the user's settings, and a local cluster. */
const notTheHosts: ReadonlySet<string> = new Set(['config.json', 'cluster']);

/** `heddle cluster leave` */
export async function leave(command: Command): Promise<void> {
  const discards = flagsOf(command)['discard'] === true;
  const flag = textFlag(command, 'home');
  const { home } = readSettings({ flags: flag === undefined ? {} : { home: flag }, environment: process.env });
  const pid = await processOf(home);
  if (discards) await refuseWithObjects(home);
  const { id, name } = await leaveCluster(command, pid);
  if (discards) await discard(home);
  else await rm(join(home, 'cluster.json'), { force: true });
  if (wantsJson(command)) return printJson({ id, name, home, kept: !discards });
  const rest = discards
    ? `What it had in ${shortPath(home)} is thrown away.`
    : `Its functions stay there, and "${launcherFor(home)} up" goes on with them, alone.\n  Queues, events and secrets are the cluster's.`;
  process.stdout.write(`${paint('green', '✓')} ${name} has left the cluster, and its service has ended.\n  ${rest}\n`);
}

/** Resolves when the host has given up what it had, is none of the cluster's any more, and its process has ended. */
async function leaveCluster(command: Command, pid: number): Promise<{ readonly id: string; readonly name: string }> {
  using client = new HeddleClient(connectionOf(command));
  await untilEmpty(client, await client.admin('POST', '/cluster/drain', { body: { host: '', draining: true } }));
  const left = await client.admin('POST', '/cluster/leave');
  using progress = new Progress();
  progress.step(`Waiting for process ${pid} to end`);
  while (isAlive(pid)) await wait(lookMs);
  return { id: left.text('id'), name: left.text('name') };
}

/** The process that has a home. Throws CliError where none says so: a host leaves where it is. */
async function processOf(home: string): Promise<number> {
  const text = await readFile(join(home, 'service.json'), 'utf8').catch(() => undefined);
  const said: unknown = text === undefined ? undefined : JSON.parse(text);
  if (typeof said === 'object' && said !== null && 'pid' in said && typeof said.pid === 'number') return said.pid;
  throw new CliError(`No service runs in ${home}.`, exitCodes.unreachable, {
    hint: `A host leaves on its own machine, with its home (--home DIR). One that is gone is forgotten at any other: ${launcher()} cluster remove HOST`,
  });
}

/** Objects are nowhere else. */
async function refuseWithObjects(home: string): Promise<void> {
  const names = await readdir(join(home, 'objects')).catch(() => []);
  if (names.length === 0) return;
  throw new CliError(`${join(home, 'objects')} has buckets of objects, which no other host has.`, exitCodes.refused, {
    hint: 'Copy them to where they shall be and remove that folder, or leave without --discard.',
  });
}

async function discard(home: string): Promise<void> {
  for (const name of await readdir(home))
    if (!notTheHosts.has(name)) await rm(join(home, name), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
