import { ClusterUnavailableError } from '../contract.ts';

/** What a write is refused with where there is no majority: before anything was sent. `why`: in words, such as how many servers answer. */
export function unavailable(why: string): ClusterUnavailableError {
  return new ClusterUnavailableError(
    `The cluster has no majority that can be reached from this host${inBrackets(why)}: nothing was changed. What is deployed can be called.`,
  );
}

/** The same where it was sent. */
export function unanswered(why: string, cause: unknown): ClusterUnavailableError {
  return new ClusterUnavailableError(
    `The cluster did not answer in time${inBrackets(why)}: this may have been changed, or may yet be. Look at it when the cluster has a majority again.`,
    { cause },
  );
}

function inBrackets(why: string): string {
  return why === '' ? '' : ` (${why})`;
}
