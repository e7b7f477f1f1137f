/** An account that has waited for long for an instance of so much memory, MiB. */
export interface Starved {
  readonly account: string;
  readonly neededMb: number;
}

/** An allocated instance, as far as fairness is concerned. */
export interface HeldInstance<Instance> {
  readonly instance: Instance;
  readonly account: string;
  readonly instanceMb: number;
  readonly retiring: boolean;
  /** Containers in use. */
  readonly busy: number;
}

/**
 * Decides which instances take no new work, so that their memory comes free for accounts that would otherwise starve
 * behind one whose instances are never idle. The account that holds most gives, the instance with least running in it,
 * and only as long as the giver keeps at least as much as the taker then has: so shares become equal, and stay.
 * What is retiring already counts as given.
 */
export function reliefPlan<I>(starved: readonly Starved[], instances: readonly HeldInstance<I>[]): I[] {
  const heldMb = new Map<string, number>();
  let comingMb = 0;
  for (const { account, instanceMb, retiring } of instances)
    if (retiring) comingMb += instanceMb;
    else heldMb.set(account, (heldMb.get(account) ?? 0) + instanceMb);
  const given = new Set<HeldInstance<I>>();
  for (const { account, neededMb } of starved) {
    if (comingMb < neededMb) {
      const giver = richest(heldMb, account);
      const gift = giver === undefined ? undefined : leastBusy(instances, giver.account, given);
      if (giver === undefined || gift === undefined) continue;
      if (giver.mb - gift.instanceMb < (heldMb.get(account) ?? 0) + neededMb) continue;
      given.add(gift);
      heldMb.set(giver.account, giver.mb - gift.instanceMb);
      comingMb += gift.instanceMb;
    }
    comingMb -= neededMb;
  }
  return [...given].map(({ instance }) => instance);
}

function richest(heldMb: ReadonlyMap<string, number>, except: string): { account: string; mb: number } | undefined {
  let best: { account: string; mb: number } | undefined;
  for (const [account, mb] of heldMb)
    if (account !== except && (best === undefined || mb > best.mb)) best = { account, mb };
  return best;
}

function leastBusy<I>(
  instances: readonly HeldInstance<I>[],
  account: string,
  except: ReadonlySet<HeldInstance<I>>,
): HeldInstance<I> | undefined {
  let best: HeldInstance<I> | undefined;
  for (const one of instances)
    if (one.account === account && !one.retiring && !except.has(one) && (best === undefined || one.busy < best.busy))
      best = one;
  return best;
}
