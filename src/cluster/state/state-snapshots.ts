import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ChangedRow } from '../../store/changes-contract.ts';
import type { ReplicatedLog } from '../contract.ts';
import type { Mirror } from './mirror.ts';

/** What snapshots of a mirror are kept and taken with. */
export interface SnapshotParts {
  readonly log: ReplicatedLog;
  readonly mirror: Mirror;
  /** A path that nobody else uses. */
  readonly file: string;
  readonly logger: Logger;
}

/** Puts the newest snapshot in the place of what a mirror has, where that is older. `alone` does it while nothing else changes the mirror. Gives what has changed. */
export async function loadSnapshot(
  { log, mirror, file, logger }: SnapshotParts,
  alone: (take: () => readonly ChangedRow[]) => Promise<readonly ChangedRow[]>,
): Promise<readonly ChangedRow[] | undefined> {
  try {
    const position = await log.loadSnapshot(file);
    if (position === undefined || position <= mirror.position) return undefined;
    return await alone(() => mirror.replaceBy(file, position));
  } catch (error) {
    logger.warn({ err: error }, "A snapshot of the cluster's state could not be taken; it is tried again.");
    return undefined;
  } finally {
    await remove(file);
  }
}

/** Keeps what a mirror has. */
export async function saveSnapshot({ log, mirror, file, logger }: SnapshotParts): Promise<void> {
  try {
    await remove(file);
    const { position } = mirror;
    mirror.saveTo(file);
    await log.saveSnapshot(file, position);
  } catch (error) {
    logger.warn({ err: error }, "No snapshot of the cluster's state could be kept; the next one is.");
  } finally {
    await remove(file);
  }
}

/** Whoever opened it may have left a journal beside it. */
async function remove(file: string): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`, { force: true });
}
