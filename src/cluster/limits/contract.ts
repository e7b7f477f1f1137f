import type { HostId } from '../contract.ts';

/**
 * This room is limits of accounts that hold for all hosts together. Each account has a home (`../contract.ts`, `Homes`), whose host keeps a `Ledger` of what each host
 * holds of the account's limits (`home/`); a host lets a call in only with a token that it holds (`holder/`). Tokens are lent for a time: both sides measure it on their own
 * monotonic clock, and the holder believes in them for less, counted from before it asked.
 *
 * There is one message that changes anything, the claim: a host says what it keeps, uses and wants, all as sums, and the home answers with what it has from now on. What is lost on its way, or comes
 * twice, changes no sum. Homes ask hosts to claim by a look.
 */

/** Milliseconds. */
export const limitTimes = {
  /** Lent for so long; the home counts from when it heard the claim. */
  leaseMs: 20_000,
  /** The holder believes for so long, from before it claimed. */
  believedMs: 16_000,
  /** Claims again so often, all accounts of a home together. */
  renewMs: 2_000,
  /** A host counts as in touch for so long after it was heard. */
  heardMs: 6_000,
  /** Longest wait for an answer of another host. */
  callMs: 2_000,
  /** Longest that a call waits for one: it is let in or refused within 2 s, whatever else it waits for. */
  waitMs: 1_500,
  /** The same for a home that asks others while one waits. */
  lookMs: 500,
  /** A host that got nothing asks again after so long, and refuses until then. */
  askAgainMs: 20,
  /** Where others are short, tokens that nobody used for so long go back. */
  idleMs: 20,
  /** What an account's share is remembered for after its last use. */
  forgottenMs: 60_000,
} as const;

if (!(limitTimes.believedMs < limitTimes.leaseMs && 2 * limitTimes.renewMs < limitTimes.heardMs))
  throw new Error(
    'A holder must believe for less than is lent, and be heard twice in the time that it counts as in touch.',
  );

/** Tokens of one kind: calls that share what nobody has reserved (the empty name), calls of a function that has (`f:NAME`), MB of calls (`mb`), parts of the rate of requests (`rate`). */
export type PoolName = string;

export const sharedPool: PoolName = '';
export const memoryPool: PoolName = 'mb';
export const ratePool: PoolName = 'rate';

/** Whether a token of it is for one call. */
export function isOfCalls(pool: PoolName): boolean {
  return pool !== memoryPool && pool !== ratePool;
}

/** Whether a token of it is for calls of a function that has reserved some. */
export function isReserved(pool: PoolName): boolean {
  return pool.startsWith('f:');
}

/** Of one pool: what the host has from now on until it hears more, what of it is in use, what it would use now if it had all, and what it would like to have. */
export interface PoolClaim {
  readonly keep: number;
  readonly use: number;
  readonly need: number;
  readonly want: number;
}

/** All that a host holds of one account. A later one (`seq`) replaces those before, whenever they come. */
export interface AccountClaim {
  readonly account: string;
  readonly seq: number;
  /** Of the newest home that it has followed; decimal. */
  readonly epoch: string;
  readonly pools: Readonly<Record<PoolName, PoolClaim>>;
  /** Requests that it could have let in at once and gives back with its part of the rate. */
  readonly spill: number;
}

/** `incarnation`: of the process that holds; what another process of the host held ended with it. */
export interface ClaimBody {
  readonly incarnation: string;
  readonly claims: readonly AccountClaim[];
}

/** What it has from now on. */
export interface AccountGrant {
  readonly account: string;
  readonly seq: number;
  readonly epoch: string;
  readonly pools: Readonly<Record<PoolName, number>>;
  /** Pools of which somebody has too little: what is idle is to go back soon. */
  readonly short: readonly PoolName[];
  /** Pools of which more is held than the account may have by now: nothing begins until more is heard. What runs may end. */
  readonly over?: readonly PoolName[];
  /** To how many it should come down as its calls end, where others are due some of what it has. */
  readonly caps: Readonly<Record<PoolName, number>>;
  /** Requests that may be let in at once, beyond what grows from now on. */
  readonly fill: number;
  /** It is not the account's home, or may not speak for it now: nothing was granted. */
  readonly refused?: true;
}

export interface GrantBody {
  readonly grants: readonly AccountGrant[];
}

/** Asks what a host holds of an account, whether it knows no newer home (`leased`: NATS says that this one is), to come down to so many of some pools (`caps`), at once or as calls end, and to let go of so many that it has no use for (`spare`). */
export interface AccountLook {
  readonly account: string;
  readonly epoch: string;
  readonly leased: boolean;
  /** What the account may have was changed, in the state's log by this position (decimal): the host answers when it knows, holds what is in use, and begins nothing until it has claimed anew. */
  readonly changed?: string;
  readonly caps: Readonly<Record<PoolName, number>>;
  readonly spare: Readonly<Record<PoolName, number>>;
}

export interface LookBody {
  readonly looks: readonly AccountLook[];
}

/**
 * Accounts that it holds nothing of, and does not remember, are not in it. `passed`: those of which it knows a newer home; `vouched`: those of which it knows that this one was told by NATS, and follows
 * no older one from now on. A process that has just begun knows nothing of what the one before it followed, and vouches for nobody without NATS.
 */
export interface LookAnswer extends ClaimBody {
  readonly passed: readonly string[];
  readonly vouched: readonly string[];
  /** For how long it remembers whom it followed, ms: what was before is not known to it. */
  readonly remembersMs: number;
  /** Whom it followed before whoever asks, by account. */
  readonly before: Readonly<Record<string, FollowedBefore>>;
}

/** An older home. `quietMs`: for how long it was not vouched for any more. */
export interface FollowedBefore {
  readonly host: HostId;
  readonly epoch: string;
  readonly quietMs: number;
  /** Where it is the host that says so itself: who may hold something of what it lent, or others before it; missing where it does not know all of it. */
  readonly lent?: readonly HostId[];
}

/** Has an account's limits hold that are in the state's log by this position (decimal). */
export interface RecallBody {
  readonly account: string;
  readonly position: string;
}

/** `held`: from now on nothing begins beyond them. Else this is not the account's home, or does not know them yet: to be asked again. */
export interface RecallAnswer {
  readonly held: boolean;
}

/** What an account may have, of all hosts together. */
export interface SharedLimits {
  /** Calls at once, those that wait included. */
  readonly calls: number;
  /** What they may take together, MB; Infinity: as much as there is. */
  readonly memoryMb: number;
  /** Of functions that have reserved some: how many. */
  readonly reserved: ReadonlyMap<string, number>;
  /** Requests a second, and at once. */
  readonly rate: { readonly perSecond: number; readonly atOnce: number } | undefined;
}

/** The way to another host; throws where there was no answer. */
export type Ask = (
  host: HostId,
  method: 'limits.claim' | 'limits.look' | 'limits.recall',
  body: unknown,
  signal: AbortSignal,
) => Promise<unknown>;
