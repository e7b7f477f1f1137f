/** An account that has waited for long for so much memory, MiB. */
export interface Starved {
  readonly account: string;
  readonly neededMb: number;
}

/**
 * Decides how much memory which accounts give up, as their containers come free, for accounts that would otherwise starve behind them: MiB
 * by account. The account that holds most gives, and only as long as it keeps at least as much as the taker then has: so shares become
 * equal, and stay. `heldMb`: what accounts hold now; `givingMb`: what they were told to give, and have not yet.
 */
export function reliefPlan(
  starved: readonly Starved[],
  heldMb: ReadonlyMap<string, number>,
  givingMb: ReadonlyMap<string, number>,
): Map<string, number> {
  const left = new Map(heldMb);
  let comingMb = 0;
  for (const [account, mb] of givingMb) {
    comingMb += mb;
    left.set(account, (left.get(account) ?? 0) - mb);
  }
  const gifts = new Map<string, number>();
  for (const { account, neededMb } of starved) {
    const lackingMb = Math.max(0, neededMb - comingMb);
    comingMb = Math.max(0, comingMb - neededMb);
    if (lackingMb === 0) continue;
    const giver = richest(left, account);
    if (giver === undefined || giver.mb - lackingMb < (left.get(account) ?? 0) + neededMb) continue;
    gifts.set(giver.account, (gifts.get(giver.account) ?? 0) + lackingMb);
    left.set(giver.account, giver.mb - lackingMb);
  }
  return gifts;
}

function richest(heldMb: ReadonlyMap<string, number>, except: string): { account: string; mb: number } | undefined {
  let best: { account: string; mb: number } | undefined;
  for (const [account, mb] of heldMb)
    if (account !== except && (best === undefined || mb > best.mb)) best = { account, mb };
  return best;
}
