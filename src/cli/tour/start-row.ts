import { promisedPaths, type StartPath, startMsPromised } from '../../model/invocations/start-path.ts';
import type { InvokeAnswer } from '../../sdk/client.ts';
import { CliError, exitCodes } from '../exit.ts';

/** One start as it happened. */
export interface StartRow {
  readonly path: StartPath;
  /** What made the service take this path. */
  readonly because: string;
  /** The path it took in truth. */
  readonly taken: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly instance: string;
  readonly container: string;
  readonly promised: boolean;
  /** It took the path it was meant to, and was as fast as promised where there is a promise. */
  readonly kept: boolean;
}

/** The start that an answer tells of, which was meant to take `path`. Throws CliError where the function failed. */
export function startRow(path: StartPath, because: string, answer: InvokeAnswer): StartRow {
  checkAnswer(answer);
  const promised = promisedPaths.includes(path);
  const kept = answer.startPath === path && (!promised || answer.startMs < startMsPromised);
  const { startMs, durationMs, instance, container } = answer;
  return { path, because, taken: answer.startPath, startMs, durationMs, instance, container, promised, kept };
}

/** Throws CliError where the function failed. */
export function checkAnswer(answer: InvokeAnswer): void {
  if (answer.functionError === undefined) return;
  const words = Buffer.from(answer.payload).toString('utf8');
  throw new CliError(`The example function failed: ${words}`, exitCodes.functionError);
}
