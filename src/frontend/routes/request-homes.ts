import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessKey } from '../../store/contract.ts';

/** A request whose signature was checked, before anything was done for it. */
export interface CheckedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly key: AccessKey;
  /** Where parts of its body are signed, which are to be checked as they come: the key of the day for that. */
  readonly signingKey?: Uint8Array | undefined;
  /** Where it was read already. */
  readonly body?: Uint8Array;
}

/** Requests about what accounts have at their homes, where there are many hosts. */
export interface RequestHomes {
  /**
   * Has a request answered by an account's home, where that is another host; gives whether it was. False: this host is the home. Rejects, with nothing answered, with an ApiError that says to
   * try again, where there is no home for the moment.
   */
  answeredElsewhere(account: string, request: CheckedRequest): Promise<boolean>;
  /**
   * Does what answers it here. Rejects with an ApiError (503) that says that it may have been done, where this host may not act for the account for so long that whoever asked should be told: what
   * was begun goes on by itself.
   */
  whileHeld<Answer>(account: string, run: () => Promise<Answer>): Promise<Answer>;
}
