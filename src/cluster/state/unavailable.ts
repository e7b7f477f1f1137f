import { ClusterUnavailableError } from '../contract.ts';

/** What a write is refused with where there is no majority: before anything was sent. */
export function unavailable(): ClusterUnavailableError {
  return new ClusterUnavailableError(
    'The cluster has no majority that can be reached from this host: nothing was changed. What is deployed can be called.',
  );
}
