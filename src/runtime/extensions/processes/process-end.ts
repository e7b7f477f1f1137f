import { signalWord } from '../../../protocol/signal-words.ts';

/** How a process ended; both are null where it never began. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** AWS Lambda's words for an extension that ended. */
export function extensionEnd({ code, signal }: ProcessEnd): string {
  return code === 0 ? 'exit code 0' : end({ code, signal });
}

/** AWS Lambda's words for a runtime that ended. */
export function runtimeEnd({ code, signal }: ProcessEnd): string {
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: ${end({ code, signal })}`;
}

function end({ code, signal }: ProcessEnd): string {
  return signal === null ? `exit status ${code ?? 1}` : `signal: ${signalWord(signal)}`;
}
