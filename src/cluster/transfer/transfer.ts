import { link, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { apiCodeOf, apiCodes } from '../nats/api-codes.ts';
import { Archive, type Manifest, writeArchive } from './archive.ts';
import { planBackup } from './plan.ts';
import { putStream, takeStream, type TakenStream } from './snapshot-stream.ts';

/** How often what belongs together is taken anew, because it changed meanwhile. */
const triesMax = 5;

/** How long one question may take, and how often and after how long it is asked again where no server leads yet. */
const answerMsMax = 5_000;
const leaderTriesMax = 60;
const leaderAgainMs = 500;

/** What a backup or a restoration came to. */
export interface Transferred {
  readonly manifest: Manifest;
  /** Streams that the cluster has and the backup has not. */
  readonly without: readonly string[];
}

/** Writes all that NATS keeps of a cluster into a file that is not there yet, and reads it once more. `report`: told what is taken, a short line each. */
export async function backUp(
  connection: NatsConnection,
  file: string,
  report: (line: string) => void,
): Promise<Transferred> {
  const manager = await jetstreamManager(connection);
  const { groups, without } = planBackup(await namesOf(manager));
  if (groups.length === 0) throw new Error('The cluster keeps nothing yet: there is no stream in its NATS servers.');
  const folder = await mkdtemp(`${file}.partial-`);
  try {
    const streams: TakenStream[] = [];
    for (const group of groups) streams.push(...(await takeGroup(connection, manager, folder, group, report)));
    report('Writing the file');
    const whole = join(folder, '.whole');
    const natsServer = connection.info?.version ?? '';
    await writeArchive(whole, folder, { madeAt: Date.now(), natsServer, streams });
    using archive = await Archive.open(whole);
    await archive.verify();
    // Never over one that is there.
    await link(whole, file);
    return { manifest: archive.manifest, without };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes streams that belong together: while the first is as it was, the others fit to it. */
async function takeGroup(
  connection: NatsConnection,
  manager: JetStreamManager,
  folder: string,
  group: readonly string[],
  report: (line: string) => void,
): Promise<readonly TakenStream[]> {
  const [first = ''] = group;
  for (let tries = 1; ; tries += 1) {
    const taken: TakenStream[] = [];
    for (const name of group) {
      report(`Taking ${name}`);
      taken.push(await takeStream(connection, name, join(folder, name)));
    }
    if (group.length === 1) return taken;
    const { state } = await manager.streams.info(first);
    if (state.last_seq === taken[0]?.state['last_seq']) return taken;
    if (tries === triesMax)
      throw new Error(
        `${group.join(' and ')} changed ${tries} times while they were taken. Try again when less is going on.`,
      );
    for (const name of group) await rm(join(folder, name));
  }
}

/**
 * Puts a backup into NATS servers that have nothing of a cluster. All of it is checked before anything is put. Throws where the servers keep something, or the file is damaged; where
 * it fails in the middle, it takes away what it had put. `replicas`: how many servers have it; as it was where that is not said.
 */
export async function restore(
  connection: NatsConnection,
  file: string,
  replicas: number | undefined,
  report: (line: string) => void,
): Promise<Transferred> {
  const manager = await answeringManager(connection);
  const present = await namesOf(manager);
  if (present.length > 0)
    throw new Error(
      `The NATS servers keep ${present.length} streams already (${present.slice(0, 3).join(', ')} …): a backup is put into empty ones. Stop the hosts and delete them first, or use new servers.`,
    );
  using archive = await Archive.open(file);
  report('Checking the file');
  await archive.verify();
  const put: string[] = [];
  try {
    for (const stream of archive.manifest.streams) {
      report(`Putting ${stream.name}`);
      put.push(stream.name);
      const config = { ...stream.config, ...(replicas !== undefined && { num_replicas: replicas }) };
      await putStream(connection, { ...stream, config }, archive.bytesOf(stream));
    }
  } catch (error) {
    for (const name of put)
      await manager.streams.delete(name).catch((left: unknown) => {
        // The one that failed may not be there.
        if (apiCodeOf(left) !== apiCodes.noStream) report(`${name} could not be taken away again: ${String(left)}`);
      });
    throw error;
  }
  return { manifest: archive.manifest, without: [] };
}

/** Servers that have just started have no leader yet. */
async function answeringManager(connection: NatsConnection): Promise<JetStreamManager> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: answerMsMax });
  for (let tries = 1; ; tries += 1)
    try {
      await manager.getAccountInfo();
      return await jetstreamManager(connection);
    } catch (error) {
      if (tries === leaderTriesMax) throw error;
      await wait(leaderAgainMs);
    }
}

async function namesOf(manager: JetStreamManager): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { config } of manager.streams.list()) names.push(config.name);
  return names;
}
