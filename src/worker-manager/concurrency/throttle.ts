/** As AWS Lambda words them. */
export type ThrottleReason = 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded';

/** What is counted when one more call comes. */
export interface Calls {
  /** Of its function. */
  readonly running: number;
  /** For its function alone; undefined where it shares what nobody has reserved. */
  readonly reserved: number | undefined;
  /** Kept for it where nothing is reserved, and no limit: so many containers are provisioned. */
  readonly provisioned: number;
  /** Of all functions of its account for which nothing is reserved, beyond what is provisioned of them. */
  readonly unreserved: number;
  /** By all functions of its account together; of those for which nothing is, what is provisioned. */
  readonly reservedSum: number;
  /** Of all functions of its account. */
  readonly total: number;
  /** How many the account may have. */
  readonly max: number;
  /** What all calls of its account take, and may take together, MB. */
  readonly memoryMb: number;
  readonly memoryMbMax: number;
}

/** Why one more call may not come: now, as others have to end before, or ever. `why` is for people; `own`: AWS Lambda has no such limit. */
export type Refusal =
  | {
      readonly by: 'full';
      readonly reason: ThrottleReason;
      readonly why: string;
      readonly own?: true;
      /** The limit holds for several hosts, and this one has no more of it now: others may. */
      readonly elsewhere?: true;
    }
  | { readonly by: 'never'; readonly why: string };

/**
 * Why one more call that takes so much memory may not come now, if so. Pure. What is reserved is a limit for its function and a promise to it:
 * others never get it, however little of it is used; 0 stops the function. What is provisioned is such a promise, and no limit. More than the account may have there are never, also where it may
 * have less since then.
 */
export function refusalOf(calls: Calls, memoryMb: number): Refusal | undefined {
  const { running, reserved, provisioned, unreserved, reservedSum, total, max, memoryMbMax } = calls;
  if (memoryMb > memoryMbMax)
    return {
      by: 'never',
      why: `The function takes ${memoryMb} MB, and all invocations of the account together may take ${memoryMbMax} MB. Give it less memory (MemorySize), or the account more.`,
    };
  if (reserved !== undefined && running >= reserved)
    return {
      by: 'full',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      why: `${running} invocations of the function are under way, and ${reserved} are reserved for it.`,
    };
  const accountFull = (why: string) => ({ by: 'full', reason: 'ConcurrentInvocationLimitExceeded', why }) as const;
  if (total >= max) return accountFull(`${total} invocations of the account are under way, and ${max} may be.`);
  if (reserved === undefined && running >= provisioned && unreserved >= max - reservedSum)
    return accountFull(
      `${unreserved} invocations of the account are under way for whose functions nothing is reserved; ${max} may be, of which ${reservedSum} are reserved or provisioned.`,
    );
  if (calls.memoryMb + memoryMb > memoryMbMax)
    return {
      ...accountFull(
        `The account's invocations under way take ${calls.memoryMb} MB, and this one would take ${memoryMb} MB; together they may take ${memoryMbMax} MB.`,
      ),
      own: true,
    };
  return undefined;
}

/** This host has nothing left of a limit that holds for several hosts, of what is reserved for a function or of what the account's others share. */
export function refusalElsewhere(reserved: boolean): Refusal {
  return {
    by: 'full',
    reason: reserved ? 'ReservedFunctionConcurrentInvocationLimitExceeded' : 'ConcurrentInvocationLimitExceeded',
    why: 'As many invocations of the account are under way, on all hosts together, as may be; or nobody can tell, as the host that keeps count of them cannot be reached.',
    elsewhere: true,
  };
}
