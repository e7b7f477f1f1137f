import { styleText } from 'node:util';

/** Prints a line of a thread for whoever runs this program, marked with the thread's name. */
export function printLine(name: string, line: string): void {
  const stream = process.stdout;
  stream.write(`${styleText('dim', `[${name}]`, { stream })} ${line}\n`);
}
