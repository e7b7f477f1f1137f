import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentProfile } from '../protocol/profile.ts';
import { optFolder } from './container-command.ts';

/** Places below `/opt` for what is bound there. */
export type OptPlaces = readonly { readonly path: string; readonly isFolder: boolean }[];

/**
 * What is bound below `/opt` of a container, by path in there. The folder that is bound at `/opt` itself must have a place for each: bubblewrap
 * cannot make one in what is read-only.
 */
export function optPlaces({ binds }: Pick<AgentProfile, 'binds'>): OptPlaces {
  const below = binds.filter(([, to]) => to.startsWith(`${optFolder}/`));
  return below.map(([from, to]) => ({
    path: to.slice(optFolder.length + 1),
    isFolder: statSync(from).isDirectory(),
  }));
}

/** Makes what a container sees as `/opt`, with nothing in it but these places. */
export function makeOptFolder(folder: string, places: OptPlaces): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const { path, isFolder } of places) {
    const place = join(folder, path);
    mkdirSync(isFolder ? place : dirname(place), { recursive: true, mode: 0o755 });
    if (!isFolder) writeFileSync(place, '');
  }
}
