import type { FunctionErrorBody } from '../../../protocol/messages.ts';
import { errorBody, errorText } from '../../../protocol/error-body.ts';

const { stringify } = JSON;

/** The errors that AWS Lambda's Node runtime has names for; on the wire they are `Runtime.NAME`. */
export type FaultName =
  | 'ImportModuleError'
  | 'UserCodeSyntaxError'
  | 'HandlerNotFound'
  | 'MalformedHandlerName'
  | 'CallbackHandlerDeprecated'
  | 'MalformedStreamingHandler'
  | 'InvalidStreamingOperation'
  | 'UnhandledPromiseRejection'
  | 'NodeJsExit'
  | 'MarshalError'
  | 'UnmarshalError';

/**
 * An error of the runtime's own, worded as AWS Lambda words it. Thrown by whatever loads and runs user code, and by what it is given; the
 * server answers with it. The cases beside this are all ways in which a function can fail, with the words that are expected.
 */
export class RuntimeFault extends Error {
  constructor(name: FaultName, message: string) {
    super(message);
    this.name = `Runtime.${name}`;
    this.stack = `${this.name}: ${message}`;
  }

  /** Another name for an error that Node threw: its text is the message, with what to do if that is known, its stack the stack. */
  static from(name: FaultName, error: Error, remedy = ''): RuntimeFault {
    const fault = new RuntimeFault(name, `${error}${remedy}`);
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

/** AWS Lambda's words for code that ended without an answer. */
export const neverSettled: string =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that ' +
  'was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

/** The same for a thread's caller. */
export const threadNeverSettles: FunctionErrorBody = {
  errorType: 'Error',
  errorMessage:
    'The thread waits for a promise that nothing is left to settle: no timer, no connection, no message that it listens for.',
  trace: [],
};
