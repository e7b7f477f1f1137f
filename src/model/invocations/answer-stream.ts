import type { StartPath } from './start-path.ts';

/** The content type of an answer that begins with a prelude: what `awslambda.HttpResponseStream.from` says of its HTTP answer. */
export const preludeContentType = 'application/vnd.awslambda.http-integration-response';

/** How an invocation that has begun to answer was started. */
export interface AnswerStart {
  /** As user code has it, `application/octet-stream` where it says nothing. */
  readonly contentType: string;
  readonly startPath: StartPath;
  readonly startMs: number;
  readonly instanceId: string;
  readonly containerId: string;
}

/** Where the parts of an answer come from. After the invocation's end these do nothing. */
export interface AnswerSource {
  /** A part was taken, called for each once: as much more may come, and may be written over it. Until then user code waits. */
  took(part: Uint8Array): void;
  /** Nobody takes the rest: nothing more comes, and user code is told, which runs on to its end all the same. */
  leave(): void;
}

/**
 * Who takes an answer part by part while its code runs: `began` at most once, then parts, then the invocation has its outcome, which says
 * whether that was all of it. Not called at all where there was nothing to take before the end; then the outcome has the whole answer.
 */
export interface AnswerTaker {
  began(start: AnswerStart, source: AnswerSource): void;
  /** At most `limits.streamWindowBytes` come that are not `took`, and stay as they are until then. */
  part(data: Uint8Array): void;
  /** Where it has begun: its container stands still for as long as anybody likes. Whoever reads it is told at once, and nobody takes the rest. */
  paused?(error: Error): void;
}
