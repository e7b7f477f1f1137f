import type { ContainerExit } from '../../instance/guest.ts';
import type { InvocationResult } from '../../model/invocation.ts';
import type { FunctionErrorBody } from '../../protocol/messages.ts';

/** A function error as AWS Lambda answers it. */
export function functionError(body: FunctionErrorBody): InvocationResult {
  return { ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(body)) };
}

/** AWS Lambda's wording of a time-out; `limitMs` is the limit that was overrun. */
export function timeoutError(requestId: string, wallMs: number, limitMs: number): FunctionErrorBody {
  const seconds = (limitMs / 1_000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `${new Date(wallMs).toISOString()} ${requestId} Task timed out after ${seconds} seconds`,
  };
}

/** Go's names of signals, which AWS Lambda's wording has them from. */
const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGSYS: 'bad system call',
  SIGTERM: 'terminated',
};

function howItEnded(exit: ContainerExit): string {
  if (exit.reason === 'memory' || exit.reason === 'processes') return 'signal: killed';
  if (exit.reason === 'protocol' || exit.reason === 'killed') return 'signal: killed';
  if (exit.signal !== null) return `signal: ${signalNames[exit.signal] ?? exit.signal}`;
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
