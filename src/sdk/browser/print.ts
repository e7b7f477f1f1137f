/** Prints a line of a thread to the page's console, marked with the thread's name. */
export function printLine(name: string, line: string): void {
  console.log(`[${name}] ${line}`);
}
