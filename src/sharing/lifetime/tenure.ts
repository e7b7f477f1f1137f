import { SharingError } from '../../model/sharing.ts';

/** For how long this host may say what an account's threads share; of a service on one machine there is none, and it always may. */
export interface Tenure {
  /** It has ended: asked at each request. */
  readonly over: boolean;
  /** Resolves when what was granted may be told, or it is over; asked before each grant is told. Gives whether it may: nobody else has the account then. */
  settled(): Promise<boolean>;
  /** Fencing tokens and revisions are larger than this, and than all of tenures before. */
  readonly firstNumber: bigint;
}

/** The tenure of an account, now; the same object until it ends. */
export type TenureOf = (account: string) => Tenure;

/** What those are told whose account another host has. */
export function tenureOver(): SharingError {
  return new SharingError(
    'released',
    'Another host of the service keeps what the threads of this account share now: what was held here is lost.',
  );
}
