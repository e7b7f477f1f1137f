import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { readSeed } from './seed.ts';

/** What the servers of a cluster know its users by. */
export interface NatsUsers {
  /** Public nkey that hosts connect as. */
  readonly hosts: string;
  /** Public nkey of who may look at how the servers do, and at nothing that is kept on them. */
  readonly monitoring: string;
  /** What servers say to each other: a secret. */
  readonly routePassword: string;
}

/** The users of a cluster, and the files that have their secrets. */
export interface NatsKeys extends NatsUsers {
  /** Seed of the hosts' user, for `--cluster-key`. */
  readonly hostsFile: string;
  readonly monitoringFile: string;
}

/**
 * The users of a cluster whose secrets are in `folder`, each in a file of mode 0600; those that are not there are made. Where several processes do that at
 * once all get the same. Throws where a file is there that others may read, or that is no seed.
 */
export async function ensureNatsKeys(folder: string): Promise<NatsKeys> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const files = { hostsFile: join(folder, 'hosts.nk'), monitoringFile: join(folder, 'monitoring.nk') };
  for (const file of Object.values(files))
    await writeOnce(file, () => Buffer.from(createUser().getSeed()).toString('latin1'));
  const routes = join(folder, 'routes.secret');
  await writeOnce(routes, () => randomBytes(32).toString('base64url'));
  return {
    ...files,
    hosts: (await readSeed(files.hostsFile)).getPublicKey(),
    monitoring: (await readSeed(files.monitoringFile)).getPublicKey(),
    routePassword: (await readFile(routes, 'latin1')).trim(),
  };
}

/** Writes a file that is not there yet; it appears whole, or is another's. */
async function writeOnce(file: string, make: () => string): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await using handle = await open(unfinished, 'wx', 0o600);
    await handle.writeFile(`${make()}\n`);
    await handle.sync();
    await link(unfinished, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
