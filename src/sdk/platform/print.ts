import { styleText } from 'node:util';

/** Prints a line of a thread for whoever runs this program, marked with the thread's name; to standard error if it was there. */
export function printLine(name: string, line: string, stderr: boolean): void {
  const stream = stderr ? process.stderr : process.stdout;
  stream.write(`${styleText('dim', `[${name}]`, { stream })} ${line}\n`);
}
