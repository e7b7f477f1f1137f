/** Path of the lines of logs that the dashboard reads. */
export const logLinesPath = '/heddle/v1/logs';

/** Levels that lines can have, the most first. `SYSTEM`: what the service says of an invocation. */
export const logLevels = ['SYSTEM', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line of a function's log. */
export interface LogLine {
  /** The same each time that it is told. Ids are in order of time, compared as texts. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly function: string;
  /** Empty for what the service says of the log itself. */
  readonly requestId: string;
  readonly level: LogLevel;
  /** Without its line feed. */
  readonly text: string;
}

/** What an answer has one of in each of its lines: something of the log, or that so many lines are missing, as they came faster than they were read. An empty line says that the service is there. */
export type LogNews = LogLine | { readonly missing: number };
