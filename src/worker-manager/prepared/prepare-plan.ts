/** What is wanted of one code, and what there is. */
export interface PreparedWant<Code> {
  readonly code: Code;
  readonly account: string;
  /** Calls that are expected of it. */
  readonly wanted: number;
  /** Whether some of them are behind calls that run already, which would do the same in a moment. */
  readonly soon: boolean;
  /** Idle containers that were not prepared: they serve as well, and cost nothing. */
  readonly idle: number;
  /** Containers that were prepared and that nobody has used, and those that are being prepared. */
  readonly unused: number;
  readonly coming: number;
  /** Of those that are being prepared, those that have been for longer than a call would miss a processor for, and that no call waits for. */
  readonly slow: number;
  /** What each takes, MB. */
  readonly memoryMb: number;
}

/** How much may be prepared, as things are. */
export interface PreparedBudget {
  /** Calls that wait. */
  readonly waiting: number;
  /** Of what waits, what no memory is free for or on its way to, MB. */
  readonly shortMb: number;
  /** Whether what runs takes all processors. */
  readonly full: boolean;
  /** Processors, and how many of them the calls want that run. */
  readonly processors: number;
  readonly computing: number;
  /** Of all that is prepared or being prepared: at most so much, MB. */
  readonly preparedMbMax: number;
  /** Free memory of the machine, and what of it is kept free, MB: from the first number on nothing more is begun, below the second some is given back. */
  readonly freeMb: number;
  readonly keptFreeMb: number;
  readonly leastFreeMb: number;
  /** What the account may have of prepared containers: in number, and MB. */
  readonly accountMax: (account: string) => { readonly containers: number; readonly memoryMb: number };
}

export interface PreparePlan<Code> {
  /** Containers to begin now, in this order; a code may be there several times. */
  readonly begin: readonly Code[];
  /** So many unused or coming containers are given back. */
  readonly giveBack: ReadonlyMap<Code, number>;
  /** So many that are being prepared are given up: calls want their processors. */
  readonly giveUp: ReadonlyMap<Code, number>;
  /** Whether some that should be there can only be begun later. */
  readonly lacking: boolean;
}

/**
 * Decides what to prepare now, and what to give back. Accounts share the budget in turns, one container at a time, so that however much one
 * expects, others get their part: what goes beyond an account's part by then is given back. Nothing is begun while calls wait, nor on
 * processors that calls want; and what was prepared makes room before any call lacks it.
 */
export function preparePlan<C>(wants: readonly PreparedWant<C>[], budget: PreparedBudget): PreparePlan<C> {
  const granted = grant(wants, budget);
  const giveBack = new Map<C, number>();
  let backMb = Math.max(budget.shortMb, budget.leastFreeMb - budget.freeMb);
  for (const { code, unused, coming, memoryMb } of wants) {
    const surplus = Math.max(0, unused + coming - (granted.counts.get(code) ?? 0));
    const short = Math.min(unused + coming, Math.ceil(Math.max(0, backMb) / memoryMb));
    const count = Math.max(surplus, short);
    if (count === 0) continue;
    giveBack.set(code, count);
    backMb -= count * memoryMb;
  }
  const begin: C[] = [];
  let coming = wants.reduce((sum, want) => sum + want.coming, 0);
  const comingMax = budget.waiting > 0 || budget.full ? 0 : budget.processors - Math.ceil(budget.computing);
  // What will be done anyway, may be done on processors that are wanted: not more of it than there are.
  const soonMax = budget.waiting > 0 ? 0 : budget.processors;
  let spareMb = giveBack.size > 0 ? 0 : budget.freeMb - budget.keptFreeMb;
  let lacking = false;
  const have = new Map(wants.map((want) => [want.code, want.unused + want.coming]));
  for (const { code, memoryMb, soon } of granted.order) {
    const there = have.get(code) ?? 0;
    have.set(code, there - 1);
    if (there > 0) continue;
    if (coming >= (soon ? soonMax : comingMax) || spareMb < memoryMb) {
      lacking = true;
      continue;
    }
    begin.push(code);
    coming += 1;
    spareMb -= memoryMb;
  }
  return { begin, giveBack, giveUp: givenUp(wants, budget), lacking };
}

/** What has not ended soon, computes for itself on processors that calls have come to want since it was begun. */
function givenUp<C>(wants: readonly PreparedWant<C>[], budget: PreparedBudget): ReadonlyMap<C, number> {
  const up = new Map<C, number>();
  if (!budget.full || budget.computing <= 0) return up;
  const coming = wants.reduce((sum, want) => sum + want.coming, 0);
  let over = Math.ceil(budget.computing) + coming - budget.processors;
  for (const { code, slow, soon } of wants) {
    const count = soon ? 0 : Math.min(slow, over);
    if (count <= 0) continue;
    up.set(code, count);
    over -= count;
  }
  return up;
}

interface Share<C> {
  readonly wants: readonly PreparedWant<C>[];
  containers: number;
  memoryMb: number;
  next: number;
}

/** What may be there of each code; `order`: one entry for each container, those first whose turn came first. */
interface Granted<C> {
  readonly counts: ReadonlyMap<C, number>;
  readonly order: readonly PreparedWant<C>[];
}

function grant<C>(wants: readonly PreparedWant<C>[], budget: PreparedBudget): Granted<C> {
  const granted = new Map<C, number>();
  const order: PreparedWant<C>[] = [];
  let leftMb = budget.preparedMbMax;
  const shares = new Map<string, Share<C>>();
  for (const [account, own] of Map.groupBy(wants, ({ account: one }) => one))
    shares.set(account, { wants: own, ...budget.accountMax(account), next: 0 });
  for (let used = true; used;) {
    used = false;
    for (const share of shares.values()) {
      const want = nextOf(share, granted, leftMb);
      if (want === undefined) continue;
      used = true;
      order.push(want);
      granted.set(want.code, (granted.get(want.code) ?? 0) + 1);
      share.containers -= 1;
      share.memoryMb -= want.memoryMb;
      leftMb -= want.memoryMb;
    }
  }
  return { counts: granted, order };
}

/** The account's next code, in turns, that lacks a container which the budget allows. */
function nextOf<C>(share: Share<C>, granted: ReadonlyMap<C, number>, leftMb: number): PreparedWant<C> | undefined {
  if (share.containers <= 0) return undefined;
  for (let looked = 0; looked < share.wants.length; looked += 1) {
    const want = share.wants[share.next];
    share.next = (share.next + 1) % share.wants.length;
    if (want === undefined) return undefined;
    const { code, idle, memoryMb, wanted } = want;
    const lacks = (granted.get(code) ?? 0) + idle < wanted;
    if (lacks && memoryMb <= share.memoryMb && memoryMb <= leftMb) return want;
  }
  return undefined;
}
