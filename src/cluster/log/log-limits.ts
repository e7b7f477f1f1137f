/** Bounds of replicated logs. docs/decisions/0061 has what was measured. */
export const logLimits = {
  /** Of one entry, bytes. */
  entryBytesMax: 67_108_864,
  /** Of what one message of an entry carries, bytes: well below what a server takes, so that several writers are served in turn. */
  partBytesMax: 1_048_576,
  /** Of all entries that are kept, bytes, unless told otherwise. Servers set it aside when the log is made. */
  logBytesMax: 268_435_456,
  /** One attempt to add a message, ms. */
  attemptMsMax: 2_000,
  /** Until an entry whose fate nobody tells is given up, ms. */
  appendMsMax: 8_000,
  /** Until a log that nobody opens is given up, ms. */
  openMsMax: 10_000,
  /** How long a server remembers which messages it has, ms. */
  duplicatesMs: 120_000,
  /** How long the first parts of an entry may lie at the end of a log without the next before another takes their writer for gone, ms. */
  partPatienceMs: 1_500,
  /** A server says so often that a reader's messages are all there, ms; after two that are missing they are asked for anew. */
  heartbeatMs: 1_000,
  /** Until the next part of a snapshot that is being read, the list of snapshots, or the next of entries that are there, ms: the client library would notice after a minute that its server is gone. */
  chunkMsMax: 10_000,
  /** Snapshots that are kept. */
  snapshots: 2,
} as const;

/** The log takes no more: its snapshots have to be made, or it has to be given more room. */
export class LogFullError extends Error {
  override readonly name = 'LogFullError';
}
