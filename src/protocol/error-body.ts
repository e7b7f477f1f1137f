import type { FunctionErrorBody } from './messages.ts';

/** Longest message, and longest trace in all, characters: an error is for reading. AWS Lambda cuts at about the same. */
const textMax = 131_072;
/** What the host accepts in a trace. */
const traceLinesMax = 1_000;
const causesMax = 8;
/** Longest code, characters: longer ones are none. */
const codeMax = 128;

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

/** The same of a thread, whose caller is a program that may look at the error's `code`. */
export function threadErrorBody(thrown: unknown): FunctionErrorBody {
  const body = errorBody(thrown);
  try {
    const code: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : undefined;
    return typeof code === 'string' && code.length <= codeMax ? { ...body, errorCode: code } : body;
  } catch {
    return body;
  }
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
export function errorText(thrown: unknown): string {
  try {
    // oxlint-disable-next-line typescript/no-base-to-string -- users throw plain objects; AWS Lambda shows them so too
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}
