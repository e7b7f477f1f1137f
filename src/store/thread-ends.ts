import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { writeFileAtomic } from './atomic-file.ts';
import type { ThreadEndStore } from './contract.ts';
import { encodeThread, decodeThread } from './thread-end-format.ts';

/** What a {@link ThreadEndStore} on files is made with. */
export interface ThreadEndStoreOptions {
  /** Made when it is needed; belongs to the store alone. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long an end is kept, milliseconds. */
  readonly keepMs: number;
}

/** Opens a store of threads' ends on files. */
export function openThreadEndStore({ folder, clock, keepMs }: ThreadEndStoreOptions): ThreadEndStore {
  const path = (account: string, id: string): string => join(folder, account, id);
  const isOld = async (file: string): Promise<boolean> => {
    const found = await stat(file).catch(() => undefined);
    return found === undefined || clock.wall() - found.mtimeMs > keepMs;
  };
  async function removeOld(account: string): Promise<void> {
    for (const name of await readdir(join(folder, account)))
      if (await isOld(join(folder, account, name))) await rm(join(folder, account, name), { force: true });
  }
  return {
    async put(account, id, thread) {
      const file = path(account, id);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, encodeThread(thread));
      await removeOld(account);
    },
    async get(account, id) {
      const file = path(account, id);
      if (await isOld(file)) return undefined;
      return decodeThread(await readFile(file));
    },
  };
}
