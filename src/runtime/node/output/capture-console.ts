import { format } from 'node:util';
import type { InvocationLog } from './invocation-log.ts';

/** What Node's console prints to standard error; also `fatal`, which it has not. */
const toStderr = new Set(['TRACE', 'WARN', 'ERROR', 'FATAL']);

/** `TIME<tab>REQUEST<tab>LEVEL<tab>TEXT`, AWS Lambda's text format; a thread's lines are only the text. */
export function logLine(log: InvocationLog, level: string, args: readonly unknown[]): void {
  if (log.full) return;
  if (log.plain) return log.write(`${format(...args)}\n`, toStderr.has(level));
  log.write(`${new Date().toISOString()}\t${log.requestId}\t${level}\t${format(...args)}\n`);
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
