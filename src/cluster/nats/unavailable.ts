import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { ClusterUnavailableError } from '../contract.ts';
import { apiCodeOf, apiCodes } from './api-codes.ts';

/** What servers answer (nats-server `errors.json`) where a stream has no leader, too few peers, or its server is starting or full. */
const unavailableCodes: ReadonlySet<number> = new Set([
  10_005, // no suitable peers for placement
  10_007, // peer remap failed
  10_008, // JetStream system temporarily unavailable
  10_009, // JetStream cluster not active: no leader of all
  10_023, // insufficient resources
  10_035, // bad API request, as a server says that shuts down
  10_039, // JetStream not enabled for account: not yet, after a start
  apiCodes.full,
  10_118, // stream offline
]);

/** The error of a server that says that this user may not ask that; undefined where it says something else. */
export function refusedPermission(error: unknown): Error | undefined {
  if (error instanceof errors.PermissionViolationError) return error;
  return error instanceof Error && error.cause instanceof errors.PermissionViolationError ? error.cause : undefined;
}

/** Whether an error says that nobody could answer, so that the same may be asked again; the request may have been carried out. */
export function isUnavailable(error: unknown): boolean {
  // The library does not export the class of that name: nobody answered a request to JetStream.
  if (error instanceof ClusterUnavailableError || (error instanceof Error && error.name === 'JetStreamNotEnabled'))
    return true;
  if (refusedPermission(error) !== undefined) return false;
  if (error instanceof JetStreamApiError) return error.status === 503 || unavailableCodes.has(error.code);
  if (error instanceof JetStreamError) return true;
  const transient = [
    errors.TimeoutError,
    errors.NoRespondersError,
    errors.RequestError,
    errors.ConnectionError,
    errors.ClosedConnectionError,
    errors.DrainingConnectionError,
  ];
  return transient.some((kind) => error instanceof kind);
}

/** Whether an error says that another's write came first. */
export function isConflict(error: unknown): boolean {
  const code = apiCodeOf(error);
  return code === apiCodes.wrongLastSequence || code === apiCodes.wrongLastSequenceUnknown;
}

/** An error as others know it: {@link ClusterUnavailableError} with its cause where nobody could answer, and itself otherwise. */
export function asUnavailable(error: unknown, tried: string): unknown {
  if (error instanceof ClusterUnavailableError || !isUnavailable(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ClusterUnavailableError(`${tried}: the cluster's NATS servers did not answer (${reason}).`, {
    cause: error,
  });
}
