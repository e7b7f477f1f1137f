import { JetStreamApiError } from '@nats-io/jetstream';

/** Error codes of JetStream's (nats-server `errors.json`) that something is decided by. */
export const apiCodes = {
  noMessage: 10_037,
  otherConfiguration: 10_058,
  noStream: 10_059,
  wrongLastSequence: 10_071,
  /** Several replicas are wished of a server that is alone. */
  aloneHasOne: 10_074,
  /** A stream's bytes or messages, where it refuses new ones. */
  full: 10_077,
  /** The sequence is wrong while another's write is on its way (from 2.12 on). */
  wrongLastSequenceUnknown: 10_164,
} as const;

/** The code that JetStream gives for an error, where it is one of its own. */
export function apiCodeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}
