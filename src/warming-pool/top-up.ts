import type { GuestContainer } from '../instance/guest.ts';
import { blankKinds, type Blanks, type BlankKind } from '../model/runtimes/configuration.ts';
import type { Expectation } from './contract.ts';
import type { WarmGuest } from './warm-guest.ts';

/** What each of the ready instances should have, the next to be taken first. */
function* wanted(
  ready: Iterable<WarmGuest>,
  { blanksForAny, blanksForNext }: Pick<Expectation, 'blanksForAny' | 'blanksForNext'>,
): Generator<readonly [WarmGuest, Blanks]> {
  let position = 0;
  for (const warm of ready) yield [warm, blanksForNext[position++] ?? blanksForAny];
}

/** What is missing in one of the ready instances, the next to be taken first: one container at a time. Pure. */
export function topUp(
  ready: Iterable<WarmGuest>,
  expectation: Expectation,
): { readonly warm: WarmGuest; readonly kind: BlankKind } | undefined {
  for (const [warm, blanks] of wanted(ready, expectation)) {
    // One thing at a time, on the whole machine: what is ready already is more important than what is better.
    if (warm.making !== undefined) return undefined;
    // In turns: one of each kind serves more first calls than many of one.
    const [kind] = blankKinds
      .filter((name) => warm.blanksOf(name) < (blanks[name] ?? 0))
      .toSorted((one, other) => warm.blanksOf(one) - warm.blanksOf(other));
    if (kind !== undefined && warm.guest.containersLeft > 0) return { warm, kind };
  }
  return undefined;
}

/**
 * Blank containers that nobody will miss: more of their kind than a ready instance should have. An instance can make only so many in its life: where there are not
 * plenty left, they wait for what is expected next. Pure.
 */
export function superfluous(
  ready: Iterable<WarmGuest>,
  expectation: Expectation,
): { readonly warm: WarmGuest; readonly container: GuestContainer }[] {
  const found: { warm: WarmGuest; container: GuestContainer }[] = [];
  for (const [warm, blanks] of wanted(ready, expectation)) {
    if (warm.guest.containersLeft < warm.guest.configuration.containersMax) continue;
    for (const [kind, some] of Map.groupBy(warm.blanks, (container) => container.kind))
      found.push(...some.slice(blanks[kind] ?? 0).map((container) => ({ warm, container })));
  }
  return found;
}
