import type { InvocationLog } from './invocation-log.ts';
import { formatError, formatLine, levels, type Level } from './log-format.ts';

/** What Node's console prints to standard error; also `fatal`, which it has not. */
const toStderr: ReadonlySet<Level> = new Set(['TRACE', 'WARN', 'ERROR', 'FATAL']);

/** One line of the log, unless its level is below what the function wants. */
export function logLine(log: InvocationLog, level: Level, args: readonly unknown[]): void {
  if (log.full || levels.indexOf(level) < levels.indexOf(log.from)) return;
  log.write(formatLine(log.style, log, level, args), toStderr.has(level));
}

/** What ended something, with its stack. */
export function logError(log: InvocationLog, title: string, thrown: unknown): void {
  if (log.full || log.from === 'FATAL') return;
  log.write(formatError(log.style, log, title, thrown), true);
}

/**
 * Sends `console` to the log. Methods that print through another (`table`, `count`, `timeEnd`, `group`, `assert`) follow
 * by themselves; `dir` and consoles that user code makes write to `process.stdout`, which is captured too.
 */
export function captureConsole(log: InvocationLog): void {
  const info = (...args: unknown[]): void => logLine(log, 'INFO', args);
  Object.assign(console, {
    log: info,
    info,
    trace: (...args: unknown[]): void => logLine(log, 'TRACE', args),
    debug: (...args: unknown[]): void => logLine(log, 'DEBUG', args),
    warn: (...args: unknown[]): void => logLine(log, 'WARN', args),
    error: (...args: unknown[]): void => logLine(log, 'ERROR', args),
    fatal: (...args: unknown[]): void => logLine(log, 'FATAL', args),
  });
}
