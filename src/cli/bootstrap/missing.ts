import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { type Feature, type SystemPackage, systemPackages } from './packages.ts';

/** Folders of programs that an ordinary user's PATH often lacks. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Finds a program in PATH and in the system's own folders; undefined where it is in none. */
export function findProgram(program: string, path: string): string | undefined {
  for (const folder of [...path.split(':'), ...systemFolders]) {
    const candidate = join(folder, program);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The packages that any of the features needs and that are not here. Only looks at files: takes a millisecond. */
export function missingPackages(features: readonly Feature[], path: string): readonly SystemPackage[] {
  return systemPackages.filter(
    (item) =>
      item.features.some((feature) => features.includes(feature)) && findProgram(item.program, path) === undefined,
  );
}
