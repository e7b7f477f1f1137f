import type { ErrorObject } from '../../../model/executions/operation.ts';

/** A function error as AWS Lambda answers it (`errorType`, `errorMessage`, `stackTrace`), as executions keep it. */
export function errorIn(payload: string): ErrorObject {
  try {
    const parsed: unknown = JSON.parse(payload);
    const { errorType, errorMessage, stackTrace, trace }: Record<string, unknown> =
      typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
    const stack: unknown = stackTrace ?? trace;
    return {
      ErrorMessage: typeof errorMessage === 'string' ? errorMessage : payload,
      ...(typeof errorType === 'string' && { ErrorType: errorType }),
      ...(Array.isArray(stack) && { StackTrace: stack.map(String) }),
    };
  } catch {
    return { ErrorMessage: payload };
  }
}

/** The same the other way about. */
export function errorPayload(error: ErrorObject | undefined): Buffer {
  const { ErrorMessage = '', ErrorType = 'Error', ErrorData, StackTrace } = error ?? {};
  return Buffer.from(
    JSON.stringify({
      errorType: ErrorType,
      errorMessage: ErrorMessage,
      ...(ErrorData !== undefined && { errorData: ErrorData }),
      ...(StackTrace !== undefined && { stackTrace: StackTrace }),
    }),
  );
}

/** Why the service could not run a function, as executions keep it. */
export function failureOf(error: unknown): ErrorObject {
  return error instanceof Error
    ? { ErrorType: error.name, ErrorMessage: error.message }
    : { ErrorMessage: String(error) };
}
