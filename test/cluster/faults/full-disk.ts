import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const stepBytes = 1_048_576;

/** Fills the disk that a folder is on, to its last byte. */
export async function fill(folder: string): Promise<{ readonly emptied: () => Promise<void> }> {
  const file = join(folder, '.filling');
  // Pages at first, then single ones: nothing else is to fit.
  for (const bytes of [stepBytes, 4_096]) {
    let full = false;
    while (!full)
      try {
        await writeFile(file, Buffer.alloc(bytes), { flag: 'a' });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        full = true;
      }
  }
  return { emptied: async () => await rm(file) };
}
