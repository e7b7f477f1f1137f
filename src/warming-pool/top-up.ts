import { blankKinds, type BlankKind } from '../model/configuration.ts';
import type { Expectation } from './contract.ts';
import type { GuestContainer } from '../instance/guest.ts';
import type { WarmGuest } from './warm-guest.ts';

/** What is missing in one of the ready instances, the next to be taken first: one container at a time. Pure. */
export function topUp(
  ready: Iterable<WarmGuest>,
  { blanksForAny, blanksForNext }: Pick<Expectation, 'blanksForAny' | 'blanksForNext'>,
): { readonly warm: WarmGuest; readonly kind: BlankKind } | undefined {
  let wanted = blanksForNext;
  for (const warm of ready) {
    // One thing at a time, on the whole machine: what is ready already is more important than what is better.
    if (warm.making !== undefined) return undefined;
    const kind = blankKinds.find((name) => warm.blanksOf(name) < (wanted[name] ?? 0));
    if (kind !== undefined && warm.guest.containersLeft > 0) return { warm, kind };
    wanted = blanksForAny;
  }
  return undefined;
}

/** Blank containers that nobody will miss: more of their kind than a ready instance should have. Pure. */
export function superfluous(
  ready: Iterable<WarmGuest>,
  { blanksForAny, blanksForNext }: Pick<Expectation, 'blanksForAny' | 'blanksForNext'>,
): { readonly warm: WarmGuest; readonly container: GuestContainer }[] {
  const found: { warm: WarmGuest; container: GuestContainer }[] = [];
  let wanted = blanksForNext;
  for (const warm of ready) {
    for (const [kind, some] of Map.groupBy(warm.blanks, (container) => container.kind))
      found.push(...some.slice(wanted[kind] ?? 0).map((container) => ({ warm, container })));
    wanted = blanksForAny;
  }
  return found;
}
