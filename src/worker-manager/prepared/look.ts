import { ceilingOf } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';
import type { PreparationReason } from '../../model/preparations.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { Code } from '../active-pool/state.ts';
import type { AccountCalls } from '../concurrency/quota.ts';
import type { Concurrency } from '../concurrency/concurrency.ts';
import type { Processors } from '../contract.ts';
import type { Reclaimer } from '../memory/reclaimer.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { ExpectedCalls } from './expected-calls.ts';
import type { PreparedBudget } from './prepare-plan.ts';
import type { TakeInView } from './take-in.ts';

/** What is prepared may take so much of all memory … */
const preparedShare = 0.5;
/** … nothing is begun that would leave less of it free … */
const keptFreeShare = 0.25;
/** … and where less is free, what was prepared is given back before a call lacks it. */
const leastFreeShare = 0.125;

interface Surroundings {
  readonly memory: Pick<MemoryBudget, 'freeMb' | 'totalMb'>;
  readonly queue: Pick<FairQueue, 'size' | 'uncovered' | 'firstMb' | 'of'>;
  readonly reclaimer: Pick<Reclaimer, 'comingMb'>;
  readonly processors: Processors;
  readonly concurrency: Pick<Concurrency, 'computing'>;
  readonly loading: { readonly running: number };
}

type Expected = ReadonlyMap<Code, ExpectedCalls>;

/** How much may be prepared now. */
export function preparedBudget(around: Surroundings, expected: Expected): PreparedBudget {
  const { concurrency, loading, memory, processors, queue, reclaimer } = around;
  const { freeMb, totalMb } = memory;
  const accounts = new Map<string, AccountCalls>();
  for (const { calls, function: fn } of expected.keys()) accounts.set(fn.account, calls.account);
  return {
    // Whoever waits for a container that is being prepared lacks nothing that others could give.
    waiting: queue.size - joinedIn(queue, expected),
    shortMb: queue.uncovered > 0 ? Math.max(0, queue.firstMb - freeMb - reclaimer.comingMb) : 0,
    // What others on this machine do is slowed by nobody's call of ours.
    full: loading.running > 0 && processors.full(),
    processors: processors.count,
    computing: concurrency.computing,
    preparedMbMax: totalMb * preparedShare,
    freeMb,
    keptFreeMb: totalMb * keptFreeShare,
    leastFreeMb: totalMb * leastFreeShare,
    accountMax: (account) => {
      const calls = accounts.get(account);
      return {
        containers: Math.min(limits.expectedCallsPerAccountMax, (calls?.max ?? 0) - (calls?.concurrency ?? 0)),
        memoryMb: (calls?.memoryMbMax ?? 0) - (calls?.memoryMb ?? 0),
      };
    },
  };
}

function joinedIn(queue: Pick<FairQueue, 'of'>, expected: Expected): number {
  let joined = 0;
  for (const [code, { joinable }] of expected) joined += Math.min(joinable, queue.of(code)?.waiting.size ?? 0);
  return joined;
}

/** What is looked at where calls of a code are expected. */
export function takeInView(
  asked: Pick<Surroundings, 'memory'> & {
    readonly code: Code;
    readonly count: number;
    readonly reason: PreparationReason;
    readonly expected: Expected;
  },
): TakeInView & { readonly ready: number } {
  const { code, count, expected, memory, reason } = asked;
  const { calls, capacity, function: fn, reservedMb } = code;
  const { account } = calls;
  const all = { calls: 0, heldMb: 0, pendingMb: 0, ofFunction: 0, ofAccount: 0 };
  const byAccount = new Map([[fn.account, 0]]);
  for (const one of expected.values()) {
    const held = one.unused.size + one.coming.size;
    const { wanted } = one;
    const ownMb = one.code.reservedMb;
    all.calls += wanted;
    all.heldMb += held * ownMb;
    all.pendingMb += Math.max(0, wanted - one.idle - held) * ownMb;
    const { account: owner } = one.code.function;
    byAccount.set(owner, (byAccount.get(owner) ?? 0) + Math.max(0, wanted - one.idle, held) * ownMb);
    if (owner !== fn.account) continue;
    all.ofAccount += wanted;
    if (one.code.function.name === fn.name) all.ofFunction += wanted;
  }
  const own = expected.get(code);
  const before = own?.wantedFor(reason) ?? 0;
  const idle = code.idle.size + code.ready.size;
  const shared = calls.reserved === undefined;
  const ceiling = ceilingOf({ capacity });
  const preparedMbMax = memory.totalMb * preparedShare;
  const spareMb = Math.min(memory.freeMb - memory.totalMb * keptFreeShare, preparedMbMax - all.heldMb) - all.pendingMb;
  const accountMb = byAccount.get(fn.account) ?? 0;
  return {
    count,
    memoryMb: reservedMb,
    there: Math.max(0, idle + (own?.coming.size ?? 0) - before),
    ready: Math.max(0, idle - before),
    functionCalls: calls.running + all.ofFunction,
    functionCallsMax: Math.min(calls.reserved ?? Infinity, ceiling),
    accountCalls: (shared ? account.unreserved : account.concurrency) + all.ofAccount,
    accountCallsMax: account.max - (shared ? account.reservedSum - calls.provisioned : 0),
    accountMb: account.memoryMb + accountMb,
    accountMbMax: account.memoryMbMax,
    accountExpected: all.ofAccount,
    accountExpectedMax: limits.expectedCallsPerAccountMax,
    expected: all.calls,
    expectedMax: limits.expectedCallsMax,
    spareMb: spareMb + givenBackMb(byAccount, fn.account, spareMb, preparedMbMax),
  };
}

/** What others that have more than their part of what may be prepared will give back for an account that has less than its own, MB. */
function givenBackMb(byAccount: ReadonlyMap<string, number>, account: string, spareMb: number, allMb: number): number {
  const partMb = allMb / byAccount.size;
  let beyondMb = 0;
  for (const mb of byAccount.values()) beyondMb += Math.max(0, mb - partMb);
  const lacksMb = partMb - (byAccount.get(account) ?? 0) - Math.max(0, spareMb);
  return Math.max(0, Math.min(beyondMb, lacksMb));
}
