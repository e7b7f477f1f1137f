/** What a program says of one time that it had the lock; times in nanoseconds of this machine's monotonic clock, which all its processes share. */
export interface Turn {
  readonly holder: number;
  readonly token: bigint;
  readonly grantedAt: bigint;
  /** It believed in it until then. */
  readonly until: bigint;
  /** Whether it knew by then that it had lost it, or was told when it gave it back. */
  readonly lost: boolean;
}

/**
 * Why a history cannot be one of a lock that fences, or an empty list: tokens grow in the order of grants, so that whatever is written with one refuses those of all before, and nobody
 * has it beside another without knowing by the end that it lost it.
 */
export function violations(turns: readonly Turn[]): string[] {
  const byToken = turns.toSorted((a, b) => (a.token < b.token ? -1 : 1));
  const found: string[] = [];
  for (const [index, turn] of byToken.entries()) {
    const next = byToken[index + 1];
    if (next === undefined) break;
    if (next.token === turn.token) found.push(`token ${turn.token} was given to ${turn.holder} and ${next.holder}`);
    if (next.grantedAt < turn.grantedAt)
      found.push(`token ${next.token} was given before the smaller ${turn.token}, which fences nothing then`);
    if (next.grantedAt < turn.until && !turn.lost)
      found.push(
        `${next.holder} had it (${next.token}) while ${turn.holder} did (${turn.token}), which was told nothing`,
      );
  }
  return found;
}
