import { paint } from './style.ts';

/** An error of user code, as the service answers it and as it stands in logs. */
export interface PrintedError {
  readonly type: string;
  readonly message: string;
  /** Lines of its stack, the first of which may be the message. */
  readonly stack: readonly string[];
}

/** Where a container has the code. */
const taskRoot = /(?:file:\/\/)?\/var\/task\//g;
const ours = /\/opt\/heddle\/|\/var\/runtime\//;
const foreign = /[/\\(]node_modules\/|\(node:|at node:|\(<anonymous>\)$|\(native\)$/;

function textIn(value: object, ...names: readonly string[]): string {
  const found: unknown = names
    .map((name): unknown => Object.getOwnPropertyDescriptor(value, name)?.value)
    .find(Boolean);
  return typeof found === 'string' ? found : '';
}

/** Reads what an answer or a log line says of an error; undefined where it is no error. */
export function printedError(json: string): PrintedError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('errorType' in value || 'errorMessage' in value))
    return undefined;
  const found: unknown = 'trace' in value ? value.trace : 'stack' in value ? value.stack : [];
  const stack = Array.isArray(found) ? found.filter((line) => typeof line === 'string') : [];
  return { type: textIn(value, 'errorType'), message: textIn(value, 'errorMessage'), stack };
}

/**
 * An error for people: what it is, then the frames of the user's own files, named as they are called in the project, then those of
 * packages and of Node, dimmed; the runtime's own say nothing.
 */
export function errorText({ type, message, stack }: PrintedError, stream?: NodeJS.WriteStream): string {
  const frames = stack
    .filter((line) => /^\s*at /.test(line))
    .map((line) => line.trim().replaceAll(taskRoot, ''))
    .filter((line) => !ours.test(line));
  const causes = stack.slice(1).filter((line) => /^\s*\[?cause\]?:|^Caused by/i.test(line));
  const own = frames.filter((line) => !foreign.test(line));
  const others = frames.filter((line) => foreign.test(line));
  const head = message.startsWith(`${type}:`) || type === '' ? message : `${type}: ${message}`;
  return [
    paint('red', head, stream),
    ...own.map((line) => `    ${line}`),
    ...others.map((line) => paint('dim', `    ${line}`, stream)),
    ...causes,
  ].join('\n');
}

/** A line of a log for people: an error that stands there as JSON becomes text. */
export function logLineText(line: string, stream?: NodeJS.WriteStream): string {
  const [, head, json] = /^([^\t]*\t[^\t]*\t(?:ERROR|FATAL)\t[^{]*?)\s*(\{"error.*\})\s*$/.exec(line) ?? [];
  const error = json === undefined ? undefined : printedError(json);
  return error === undefined || head === undefined ? line : `${head}\n${errorText(error, stream)}`;
}
