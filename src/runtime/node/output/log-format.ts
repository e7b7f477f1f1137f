import { format } from 'node:util';
import { errorLogText } from '../errors/errors.ts';

// User code may replace them.
const { Date: Time, Error: Fault } = globalThis;
const { stringify } = JSON;
const { assign } = Object;

/** The levels of AWS Lambda's Node runtime, the least grave first. */
export const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
/** One of {@link levels}. */
export type Level = (typeof levels)[number];

/** How lines are written: `plain` is only the text, for threads, whose caller reads it as any program's output. */
export type LogStyle = 'plain' | 'text' | 'json';

/** What a function's environment says of its log. */
export function logSettings(environment: Readonly<Record<string, string>>): {
  readonly json: boolean;
  readonly from: Level;
} {
  const level = environment['AWS_LAMBDA_LOG_LEVEL']?.toUpperCase();
  return {
    json: environment['AWS_LAMBDA_LOG_FORMAT']?.toUpperCase() === 'JSON',
    from: levels.find((name) => name === level) ?? 'TRACE',
  };
}

/** What lines say of the invocation that wrote them. */
export interface LineOrigin {
  readonly requestId: string;
  /** For whom it runs; only JSON says it. */
  readonly tenantId: string | undefined;
}

/** What `console` was given, as one line: `TIME<tab>REQUEST<tab>LEVEL<tab>TEXT`, or an object of JSON, as AWS Lambda writes both. */
export function formatLine(style: LogStyle, origin: LineOrigin, level: Level, args: readonly unknown[]): string {
  const { requestId, tenantId } = origin;
  if (style === 'plain') return `${format(...args)}\n`;
  const timestamp = new Time().toISOString();
  if (style === 'text') return `${timestamp}\t${requestId}\t${level}\t${format(...args)}\n`;
  return `${jsonLine({ timestamp, level, requestId, tenantId }, args)}\n`;
}

/** An error that ended something: with its title as text, by itself as JSON. */
export function formatError(style: LogStyle, origin: LineOrigin, title: string, thrown: unknown): string {
  if (style !== 'json') return formatLine(style, origin, 'ERROR', [title, `\t${errorLogText(thrown)}`]);
  return formatLine(style, origin, 'ERROR', [thrown instanceof Fault ? thrown : new Fault(String(thrown))]);
}

function jsonLine(head: object, args: readonly unknown[]): string {
  if (args.length <= 1) {
    const [message] = args;
    try {
      return stringify({ ...head, message }, (_, value: unknown) =>
        value instanceof Fault ? errorFields(value, value) : value,
      );
    } catch {
      // In circles, or with a BigInt.
      return stringify({ ...head, message: format(message) });
    }
  }
  const line: object = { ...head, message: format(...args) };
  const error = args.slice(1).find((arg) => arg instanceof Fault);
  return stringify(error === undefined ? line : assign(line, errorFields(error)));
}

/** `own`: whose own properties stand beside them. */
function errorFields(error: Error, own: object = {}): object {
  const stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  return { errorType: error.constructor?.name ?? 'UnknownError', errorMessage: error.message, stackTrace, ...own };
}
