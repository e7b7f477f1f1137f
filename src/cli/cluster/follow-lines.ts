import { closeSync, openSync, readSync } from 'node:fs';

const lookMs = 200;

/** Tells each whole line that is added to a file, until it is disposed of. */
export function followLines(file: string, onLine: (line: string) => void): Disposable {
  const descriptor = openSync(file, 'r');
  const part = Buffer.alloc(65_536);
  let rest = '';
  const look = (): void => {
    for (let bytes = readSync(descriptor, part); bytes > 0; bytes = readSync(descriptor, part)) {
      const lines = `${rest}${part.toString('utf8', 0, bytes)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  };
  const timer = setInterval(look, lookMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      look();
      closeSync(descriptor);
    },
  };
}
