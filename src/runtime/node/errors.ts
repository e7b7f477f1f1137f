import type { FunctionErrorBody } from '../../protocol/messages.ts';

const { stringify } = JSON;

/** The errors that AWS Lambda's Node runtime has names for; on the wire they are `Runtime.NAME`. */
export type FaultName =
  | 'ImportModuleError'
  | 'UserCodeSyntaxError'
  | 'HandlerNotFound'
  | 'MalformedHandlerName'
  | 'MalformedStreamingHandler'
  | 'InvalidStreamingOperation'
  | 'UnhandledPromiseRejection'
  | 'NodeJsExit'
  | 'MarshalError'
  | 'UnmarshalError';

/** An error of the runtime's own, worded as AWS Lambda words it. */
export class RuntimeFault extends Error {
  constructor(name: FaultName, message: string) {
    super(message);
    this.name = `Runtime.${name}`;
    this.stack = `${this.name}: ${message}`;
  }

  /** Another name for an error that Node threw: its text is the message, its stack the stack. */
  static from(name: FaultName, error: Error): RuntimeFault {
    const fault = new RuntimeFault(name, String(error));
    if (error.stack !== undefined) fault.stack = `${fault.stack}\n${error.stack}`;
    return fault;
  }

  /** A promise was rejected with `reason`, and nobody catches it. */
  static unhandledRejection(reason: unknown): RuntimeFault {
    const message = errorText(reason);
    const fault = new RuntimeFault('UnhandledPromiseRejection', message);
    if (reason instanceof Error && reason.stack !== undefined) fault.stack = `${fault.stack}\n${reason.stack}`;
    return fault;
  }
}

/** Longest message, and longest trace in all, characters: an error is for reading. AWS Lambda cuts at about the same. */
const textMax = 131_072;
/** What the host accepts in a trace. */
const traceLinesMax = 1_000;
const causesMax = 8;

/**
 * What the caller gets to see of something thrown: name, message and stack lines of an error (those of its causes behind
 * it), type and text of anything else. Never throws, whatever getters and proxies user code throws.
 */
export function errorBody(thrown: unknown): FunctionErrorBody {
  try {
    if (!isErrorLike(thrown)) return { errorType: typeof thrown, errorMessage: cut(String(thrown)), trace: [] };
    return {
      errorType: cut(String(thrown.name)),
      errorMessage: cut(String(thrown.message)),
      trace: traceLines(thrown),
    };
  } catch {
    return {
      errorType: 'handled',
      errorMessage: 'Something was thrown whose name, message or stack cannot be read: reading it throws.',
    };
  }
}

/** One line of JSON for the log: the same, with the error's code and its own properties, in AWS Lambda's order. */
export function errorLogText(thrown: unknown): string {
  const body = errorBody(thrown);
  const { errorType, errorMessage, trace } = body;
  try {
    const own = thrown instanceof Error ? Object.fromEntries(Object.entries(thrown)) : {};
    const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    return stringify({ errorType, errorMessage, code, ...own, stack: trace });
  } catch {
    return stringify(body);
  }
}

/** Whether something caught is an error of the system or of Node with this code. */
export function isErrorCode(error: unknown, code: string): error is Error {
  return error instanceof Error && 'code' in error && error.code === code;
}

interface ErrorLike {
  readonly name: unknown;
  readonly message: unknown;
  readonly stack: unknown;
  readonly cause?: unknown;
}

/** Errors of other realms (`node:vm`) and look-alikes count too. */
function isErrorLike(thrown: unknown): thrown is ErrorLike {
  if (thrown instanceof Error) return true;
  if (typeof thrown !== 'object' || thrown === null) return false;
  return 'name' in thrown && 'message' in thrown && 'stack' in thrown && typeof thrown.stack === 'string';
}

function traceLines(error: ErrorLike): string[] {
  let text = stackOf(error);
  let cause = error.cause;
  for (let depth = 0; depth < causesMax && cause !== undefined; depth++) {
    text += `\nCaused by: ${isErrorLike(cause) ? stackOf(cause) : errorText(cause)}`;
    cause = isErrorLike(cause) ? cause.cause : undefined;
  }
  return cut(text).split('\n').slice(0, traceLinesMax);
}

function stackOf(error: ErrorLike): string {
  return typeof error.stack === 'string' ? error.stack : `${String(error.name)}: ${String(error.message)}`;
}

function cut(text: string): string {
  return text.length <= textMax ? text : `${text.slice(0, textMax)}…`;
}

/** Text of anything thrown; reading that may throw too. */
function errorText(thrown: unknown): string {
  try {
    // oxlint-disable-next-line typescript/no-base-to-string -- users throw plain objects; AWS Lambda shows them so too
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** AWS Lambda's words for code that ended without an answer. */
export const neverSettled: string =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that ' +
  'was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
