import type { MapWatch } from '../platform/map-progress.ts';

export type { MapWatch } from '../platform/map-progress.ts';

/** A page shows how far it is in its own way. */
export function watchMap(_total: number | undefined): MapWatch | undefined {
  return undefined;
}
