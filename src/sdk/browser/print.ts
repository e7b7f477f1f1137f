/** Prints a line of a thread to the page's console, marked with the thread's name; as an error if it was on standard error. */
export function printLine(name: string, line: string, stderr: boolean): void {
  const print = stderr ? 'error' : 'log';
  // oxlint-disable-next-line no-console -- it is what a page has for that
  console[print](`[${name}] ${line}`);
}
