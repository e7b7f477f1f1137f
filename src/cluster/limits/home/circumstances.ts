import type { AccountLook, SharedLimits } from '../contract.ts';

/** How a claim is to be taken. */
export interface Circumstances {
  /** On the home's clock, ms. */
  readonly now: number;
  readonly limits: SharedLimits;
  /** Not all are known that may hold tokens: nobody is given more than he has. */
  readonly withheld: boolean;
}

/** What a host is asked for. */
export type Wanted = Pick<AccountLook, 'caps' | 'spare'>;
