import type { AnswerStart } from '../../../model/invocations/answer-stream.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { AnswerParts } from './answer-parts.ts';

/** An answer whose first bytes are there, or that has ended. */
export interface StreamedAnswer {
  readonly start: AnswerStart;
  /** User code streams it. Else it came whole, and is one part; of a function error none. */
  readonly streamed: boolean;
  /**
   * To be read once. A part counts as taken when the next is asked for, and may be overwritten from then on: user code goes on writing only as far
   * ahead of that as `limits.streamWindowBytes`. Ends when nothing more comes, whyever; never throws. Leaving the loop is `leave`.
   */
  readonly parts: AsyncIterable<Uint8Array>;
  /** The end, after the last part: `result.ok` says whether the answer is whole. Rejects as `WorkerManager.invoke`, with what was lost under way, and with PausedError. */
  readonly outcome: Promise<InvocationOutcome>;
  /** Whoever asked has gone. The invocation goes on to its end, as AWS has it; user code finds its stream destroyed. */
  leave(): void;
}

/**
 * Runs an invocation and resolves when its answer begins, or has ended before. Rejects as `WorkerManager.invoke` where nothing of it came;
 * a function error is an answer, see `outcome`. `gone` is for an invocation that waits: one that runs is left with `leave`.
 *
 * For every way in which answers are streamed; what they look like on the wire is the caller's. In this room, `answer-parts.ts` holds what came and
 * was not taken, and `prelude.ts` reads what HTTP integrations put before a body.
 */
export async function invokeStreamed(
  workerManager: Pick<WorkerManager, 'invoke'>,
  invocation: Omit<Invocation, 'answer'>,
  gone: AbortSignal,
): Promise<StreamedAnswer> {
  const parts = new AnswerParts();
  const outcome = Promise.race([workerManager.invoke({ ...invocation, answer: parts }, gone), parts.broken]);
  outcome.then(
    () => parts.end(),
    () => parts.end(),
  );
  const first = await Promise.race([parts.begun, outcome]);
  const leave = (): void => parts.leave();
  if (!('result' in first)) return { start: first, streamed: true, parts, outcome, leave };
  const { startPath, startMs, instanceId, containerId, result } = first;
  // A stream that ended at once has begun before.
  const start = parts.start ?? { contentType: 'application/json', startPath, startMs, instanceId, containerId };
  const streamed = parts.start !== undefined;
  if (!streamed && result.ok) parts.whole(result.payload);
  return { start, streamed, parts, outcome, leave };
}
