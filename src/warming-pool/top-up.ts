import { blankKinds, type Blanks, type BlankKind } from '../model/configuration.ts';
import type { WarmGuest } from './warm-guest.ts';

/** What is missing in one of the ready instances, the next to be taken first: one container at a time. Pure. */
export function topUp(
  ready: Iterable<WarmGuest>,
  wanted: Blanks,
): { readonly warm: WarmGuest; readonly kind: BlankKind } | undefined {
  for (const warm of ready) {
    // One thing at a time, on the whole machine: what is ready already is more important than what is better.
    if (warm.making !== undefined) return undefined;
    if (warm.guest.containersLeft === 0) continue;
    const kind = blankKinds.find((name) => warm.blanksOf(name) < (wanted[name] ?? 0));
    if (kind !== undefined) return { warm, kind };
  }
  return undefined;
}
