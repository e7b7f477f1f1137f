import { zipSync, type Zippable } from 'fflate';
import type { CodeFile } from '../../model/functions/code.ts';

/** Zips of the same files are the same bytes, whenever they are made. */
const madeAt = '2000-01-01T00:00:00';
/** Unix, the system that a file's mode is of (PKWARE's APPNOTE, 4.4.2). */
const unix = 3;
const regularFile = 0o100_000;

/** A zip file with these files in it. */
export async function zipOf(files: readonly CodeFile[]): Promise<Uint8Array> {
  const zip: Zippable = {};
  for (const { path, mode, data } of files)
    zip[path] = [data, { mtime: madeAt, os: unix, attrs: (regularFile | mode) * 65_536 }];
  return zipSync(zip);
}
