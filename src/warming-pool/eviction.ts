import type { Shelf } from './shelf.ts';

/** Memory of the ready instances of all configurations but one, MiB. */
export function evictableMb(shelves: Iterable<Shelf>, exceptKey: string): number {
  let mb = 0;
  for (const shelf of shelves) if (shelf.key !== exceptKey) mb += shelf.ready.size * shelf.instanceMb;
  return mb;
}

/** Of the other configurations, the one that has most above its minimum. */
export function leastValuable(shelves: Iterable<Shelf>, exceptKey: string): Shelf | undefined {
  let found: Shelf | undefined;
  for (const shelf of shelves) {
    if (shelf.key === exceptKey || shelf.ready.size === 0) continue;
    if (found === undefined || shelf.ready.size - shelf.min > found.ready.size - found.min) found = shelf;
  }
  return found;
}
