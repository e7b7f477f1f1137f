import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import type { HostId } from '../contract.ts';

/** Whether no host ever began in this home: asked before {@link hostIdOf} makes one. */
export function isNewHost(home: string): boolean {
  return !existsSync(fileIn(home));
}

function fileIn(home: string): string {
  return join(home, 'host-id');
}

/** The id of the host whose home this is, made with its first start in a cluster. Throws where the file has something else. */
export async function hostIdOf(home: string): Promise<HostId> {
  const file = fileIn(home);
  const present = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (present === undefined) {
    const id = `h-${randomBytes(8).toString('hex')}`;
    await writeFileAtomic(file, [Buffer.from(`${id}\n`)]);
    return id;
  }
  const id = present.trim();
  if (/^h-[0-9a-f]{16}$/.test(id)) return id;
  throw new Error(`${file} should have the id of this host (h- and 16 hex digits); it has "${id.slice(0, 40)}".`);
}
