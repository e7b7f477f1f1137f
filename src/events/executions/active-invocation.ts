import { randomBytes } from 'node:crypto';
import type { Execution } from '../../model/executions/execution.ts';
import type { WholeOperation } from '../../model/executions/operation.ts';

/** What a checkpoint is answered with. */
export interface CheckpointAnswer {
  /** For the next one; none where the execution has ended. */
  readonly token: string | undefined;
  readonly operations: readonly WholeOperation[];
}

/**
 * An invocation of an execution's function that runs, and the token that it speaks with: a new one after each checkpoint, which nobody else
 * has. What is asked again with the token before, because an answer was lost, is answered again.
 */
export class ActiveInvocation {
  readonly execution: Execution;
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Ends it. */
  readonly cancel: AbortController = new AbortController();
  /** What it said last could not be kept, as there was no space: what comes of it is not its function's fault. */
  foundNoSpace = false;
  #token = newToken();
  #last: { readonly token: string; readonly clientToken: string; readonly answer: CheckpointAnswer } | undefined;

  constructor(execution: Execution, requestId: string, startedAt: number) {
    this.execution = execution;
    this.requestId = requestId;
    this.startedAt = startedAt;
  }

  get token(): string {
    return this.#token;
  }

  /** What was answered to just this before, if it was the last. */
  answered(token: string, clientToken: string | undefined): CheckpointAnswer | undefined {
    const last = this.#last;
    return clientToken !== undefined && last?.token === token && last.clientToken === clientToken
      ? last.answer
      : undefined;
  }

  /** The token is used up. */
  answer(clientToken: string | undefined, over: boolean, operations: readonly WholeOperation[]): CheckpointAnswer {
    const token = this.#token;
    this.#token = newToken();
    const answer = { token: over ? undefined : this.#token, operations };
    this.#last = clientToken === undefined || over ? undefined : { token, clientToken, answer };
    return answer;
  }
}

function newToken(): string {
  return randomBytes(24).toString('base64');
}
