import { isPython, type RuntimeName } from '../../model/runtimes/configuration.ts';
import type { ContainerExit, RuntimeAnswer } from '../../instance/guest.ts';
import type { InvocationResult } from '../../model/invocations/invocation.ts';
import type { FunctionErrorBody } from '../../protocol/messages.ts';
import { signalWord } from '../../protocol/signal-words.ts';

/** A function error as AWS Lambda answers it. */
export function functionError(body: object): InvocationResult {
  return { ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(body)) };
}

/** What a runtime reported, in the fields that AWS Lambda's runtime of that language has. */
export function reportedError(runtime: RuntimeName, requestId: string, body: FunctionErrorBody): InvocationResult {
  if (body.json !== undefined) return { ok: false, functionError: 'Unhandled', payload: Buffer.from(body.json) };
  const { errorMessage, errorType, trace } = body;
  // On AWS that is not the runtime's to say, and has no trace.
  if (isPlatformError(errorType) || errorType === 'Function.ResponseSizeTooLarge')
    return functionError({ errorType, errorMessage });
  if (!isPython(runtime)) return functionError(body);
  return functionError({ errorMessage, errorType, requestId, stackTrace: trace ?? [] });
}

/** AWS Lambda's wording of a time-out; `limitMs` is the limit that was overrun. */
export function timeoutError(requestId: string, limitMs: number): FunctionErrorBody {
  return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${timedOut(limitMs)}` };
}

/** The same in the log. */
export function timeoutNote(requestId: string, wallMs: number, limitMs: number): string {
  return `${new Date(wallMs).toISOString()} ${requestId} ${timedOut(limitMs)}`;
}

function timedOut(limitMs: number): string {
  return `Task timed out after ${(limitMs / 1_000).toFixed(2)} seconds`;
}

function howItEnded(exit: ContainerExit): string {
  if (exit.reason === 'memory' || exit.reason === 'processes') return 'signal: killed';
  if (exit.reason === 'protocol' || exit.reason === 'killed') return 'signal: killed';
  if (exit.signal !== null) return `signal: ${signalWord(exit.signal)}`;
  return `exit status ${exit.code ?? 1}`;
}

/** AWS Lambda's wording of a runtime that ended under an invocation. */
export function exitError(requestId: string, exit: ContainerExit): FunctionErrorBody {
  const clean = exit.reason === 'exit' && exit.code === 0 && exit.signal === null;
  const end = clean ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${howItEnded(exit)}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${end}` };
}

/** What the log says beside the error, where the error's own wording would leave a person guessing. */
export function exitNote(exit: ContainerExit, memoryMb: number): string | undefined {
  if (exit.reason === 'memory')
    return `The function needed more memory than its size of ${memoryMb} MB gives it, and was killed. Give it more with MemorySize.`;
  if (exit.reason === 'processes') return 'The function started more processes and threads than a container may have.';
  if (exit.reason === 'protocol')
    return 'The container wrote to file descriptor 3, its channel to the service, what the runtime never says, and was killed.';
  return undefined;
}

/** Whether it is the word of the container's supervisor, not of the runtime: one of its processes has ended. */
export function isPlatforms(answer: RuntimeAnswer): answer is RuntimeAnswer & { readonly ok: false } {
  return !answer.ok && answer.exits === true && isPlatformError(answer.error.errorType);
}

function isPlatformError(errorType: string): boolean {
  return errorType === 'Runtime.ExitError' || /^Extension\.(Crash|InitError|ExitError|LaunchError)$/.test(errorType);
}
