/** Where a response stream's bytes go. One of them for each invocation, and one write at a time. */
export interface AnswerOut {
  /** Calls `done` when more may be written, or with why nothing may. `contentType`: as it is at the first write. */
  write(data: Buffer, contentType: string, done: (error?: Error) => void): void;
  /** Nothing more is written, and what waits to be sent is dropped. */
  drop(): void;
}
