import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How unfinished files begin; whoever owns the folder may delete them at its start. */
export const unfinishedPrefix = '.unfinished-';

/**
 * Writes a file so that after a crash at any point there is the old one or the new one, whole, and so that the new one
 * is on disk when this resolves. Readable by its owner only, from its first moment on.
 */
export async function writeFileAtomic(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const unfinished = join(folder, `${unfinishedPrefix}${basename(path)}-${randomBytes(6).toString('hex')}`);
  try {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.writev([...parts]);
    await file.sync();
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A rename is durable only once the folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
