import { pythonRuntimes } from '../../model/runtimes/configuration.ts';
import type { GuestPythons } from './guest-pythons.ts';
import { rootPlace } from './python-root.ts';
import type { GuestRoot } from '../root/root.ts';

/** Roots of runtimes, and where they are in an instance. */
export function placedRoots({ roots }: Pick<GuestPythons, 'roots'>): (GuestRoot & { readonly place: string })[] {
  return pythonRuntimes.flatMap((runtime) => {
    const root = roots[runtime];
    return root === undefined ? [] : [{ ...root, place: rootPlace(runtime) }];
  });
}
