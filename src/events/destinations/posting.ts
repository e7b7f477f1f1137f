import type { EgressSaid } from '../../model/functions/function.ts';

/** One HTTP request. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The answer to one, as much of it as is looked at. */
export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** Sends requests out of the service. Rejects where there is no answer in time, or the policy does not allow the connection. */
export interface Poster {
  /** As code of a function may connect. */
  within(account: string, functionName: string, egress: EgressSaid, post: Post): Promise<Posted>;
  /** As whoever runs the service says. */
  freely(post: Post): Promise<Posted>;
}
