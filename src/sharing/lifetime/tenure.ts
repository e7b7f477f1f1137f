import { SharingError } from '../../model/sharing.ts';

/** For how long this host may say what an account's threads share; of a service on one machine there is none, and it always may. */
export interface Tenure {
  /** For now nobody can tell whether it has ended: what is asked waits for that (`settled`), or is refused. Absent: never so. */
  readonly suspended?: boolean;
  /** It has ended: asked at each request. */
  readonly over: boolean;
  /** Resolves when what was granted may be told, or it is over; asked before each grant is told. Gives whether it may: nobody else has the account then. */
  settled(): Promise<boolean>;
  /** Fencing tokens and revisions are larger than this, and than all of tenures before. */
  readonly firstNumber: bigint;
}

/** What those are told who asked for something while nobody could tell for so long whether this host may say anything. */
export function tenureInDoubt(waitedMs: number): SharingError {
  return new SharingError(
    'unavailable',
    `This was not done: most of the cluster's servers did not answer for ${waitedMs / 1_000} s, without which nobody can say what is shared. Try again; what is held stays held until then, or is said to be lost.`,
  );
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
