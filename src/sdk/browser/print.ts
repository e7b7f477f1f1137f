/** Prints a line of a thread to the page's console, marked with the thread's name. */
export function printLine(name: string, line: string): void {
  // oxlint-disable-next-line no-console -- it is what a page has for that
  console.log(`[${name}] ${line}`);
}
