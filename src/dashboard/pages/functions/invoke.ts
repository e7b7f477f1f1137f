import type { Asked } from '../../state/session.ts';

/** What is to be called, and how. */
export interface Call {
  readonly name: string;
  /** A version or an alias; empty: what was deployed last. */
  readonly qualifier: string;
  readonly payload: string;
  /** Only handed over: it runs later, and there is no answer. */
  readonly event: boolean;
}

/** How a call went. */
export interface Called {
  readonly at: number;
  readonly status: number;
  readonly payload: string;
  /** The function failed: `Unhandled` or `Handled`. */
  readonly functionError: string;
  readonly requestId: string;
  readonly version: string;
  /** The end of what it printed. */
  readonly logTail: string;
  readonly startPath: string;
  /** Milliseconds; NaN where they are not known. */
  readonly startMs: number;
  readonly durationMs: number;
  /** From sending the request to having the whole answer, as this browser sees it. */
  readonly tookMs: number;
  readonly instance: string;
  readonly container: string;
}

/** Calls a function as any client does. Throws ServiceError where the service refuses. */
export async function invoke(
  ask: (asked: Asked) => Promise<Response>,
  call: Call,
  signal: AbortSignal,
): Promise<Called> {
  const at = Date.now();
  const startedAt = performance.now();
  const response = await ask({
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(call.name)}/invocations`,
    ...(call.qualifier !== '' && { query: { Qualifier: call.qualifier } }),
    headers: {
      'content-type': 'application/json',
      'x-amz-invocation-type': call.event ? 'Event' : 'RequestResponse',
      ...(!call.event && { 'x-amz-log-type': 'Tail' }),
    },
    body: call.payload,
    signal,
  });
  const payload = await response.text();
  const header = (name: string): string => response.headers.get(name) ?? '';
  const number = (name: string): number => Number(header(name) || Number.NaN);
  return {
    at,
    payload,
    status: response.status,
    functionError: header('x-amz-function-error'),
    requestId: header('x-amzn-requestid'),
    version: header('x-amz-executed-version'),
    logTail: textOf(header('x-amz-log-result')),
    startPath: header('x-heddle-start-path'),
    startMs: number('x-heddle-start-ms'),
    durationMs: number('x-heddle-duration-ms'),
    tookMs: performance.now() - startedAt,
    instance: header('x-heddle-instance'),
    container: header('x-heddle-container'),
  };
}

/** UTF-8 in base64. */
function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** What a function threw, as its runtime tells it: its stack has the lines of the sources where there is a map. */
export interface Thrown {
  readonly type: string;
  readonly message: string;
  readonly stack: readonly string[];
}

/** Reads the error in an answer; undefined where it is none of the usual form. */
export function thrownIn(payload: string): Thrown | undefined {
  try {
    const { errorType, errorMessage, trace, stackTrace } = Object(JSON.parse(payload));
    if (typeof errorMessage !== 'string') return undefined;
    const lines: unknown = trace ?? stackTrace;
    return {
      type: typeof errorType === 'string' ? errorType : 'Error',
      message: errorMessage,
      stack: Array.isArray(lines) ? lines.map(String) : [],
    };
  } catch {
    return undefined;
  }
}

/** Where JSON is wrong, for people; undefined where it is not. Nothing at all is an empty payload, and right. */
export function problemIn(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    const where = line === undefined ? '' : `Line ${line}, column ${column ?? ''}: `;
    return `${where}${message.replace(/ (?:in JSON )?at position.*$/, '').replace(/, "[^]*" is not valid JSON$/, ' is not valid JSON')}`;
  }
}

/** JSON with its lines indented; what is no JSON as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
