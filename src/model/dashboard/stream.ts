/** Path of the one stream of state that the dashboard reads. */
export const streamPath = '/heddle/v1/stream';
/** What a stream may be of: topics, those of them that name one thing (each is looked at on its own, in a cluster on all hosts), and characters of what is said behind a topic's colon. */
export const topicsMax = 16;
export const namedTopicsMax = 4;
export const argumentCharactersMax = 256;
/** Something is heard of a stream at least so often, ms: who hears nothing for three times as long takes the service for gone. */
export const beatMs = 5_000;
/** After so long a stream ends, and is asked for again, signed anew. */
export const streamMsMax = 300_000;

/** What one topic of a stream says: rows by their keys. */
export interface TopicChange {
  /** The rows are all that there are; else they come to those that are known. */
  readonly whole?: true;
  readonly put?: Readonly<Record<string, object>>;
  /** Keys of rows that are gone. */
  readonly remove?: readonly string[];
  /** So many more there are than are shown. */
  readonly cut?: number;
  /** With `whole`: hosts of a cluster that did not answer, by their names. What they have is missing; none where this is not there. */
  readonly silentHosts?: readonly string[];
  /** The state could not be found out, and why, for people. What was known is still shown. */
  readonly error?: string;
}

/** The data of an event of the stream, by the names of topics as they were asked for. */
export interface StreamEvent {
  /** The service's clock, milliseconds since the Unix epoch: ages are told by it. */
  readonly atMs: number;
  readonly topics: Readonly<Record<string, TopicChange>>;
}
